import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { COMPARISON_DOCUMENT, withComparisonTables } from "../../../toolchain/comparison-docs.js";
import { withGeneratedPart } from "../../../toolchain/generated-part.js";
import { paths } from "../../../toolchain/paths.js";

it("has the tables of what is compared as the code has them (npm run docs writes them)", async () => {
  const document = await readFile(join(paths.projectRoot, COMPARISON_DOCUMENT), "utf8");
  expect(document).toBe(withComparisonTables(document));
});

it("replaces what is between the marks and nothing else", () => {
  const document = "a <!-- x -->\nold\n<!-- end of x --> b";
  expect(withGeneratedPart(document, "x", "new")).toBe("a <!-- x -->\n\nnew\n\n<!-- end of x --> b");
  expect(() => withGeneratedPart(document, "y", "new")).toThrow("has no <!-- y -->");
});
