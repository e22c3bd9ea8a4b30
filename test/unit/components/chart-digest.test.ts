import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { chartDigest } from "../../../components/chart-digest.js";

let chart: string;
beforeEach(() => {
  chart = mkdtempSync(join(tmpdir(), "chart-"));
  cpSync(resolve("chart"), chart, { recursive: true });
});
afterEach(() => rmSync(chart, { recursive: true }));

it("is the same wherever the chart lies, and whatever its README says", () => {
  writeFileSync(join(chart, "README.md"), "changed");
  expect(chartDigest(chart)).toBe(chartDigest());
});

it.each(["templates/statefulset.yaml", "values.yaml", "values.schema.json", "Chart.yaml", "templates/new.yaml"])(
  "is another one as soon as %s says something else",
  (path) => {
    writeFileSync(join(chart, path), "changed");
    expect(chartDigest(chart)).not.toBe(chartDigest());
  },
);
