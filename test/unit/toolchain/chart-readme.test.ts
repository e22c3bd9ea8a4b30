import { describe, expect, it } from "vitest";
import { documentedValues, withValuesTable } from "../../../toolchain/chart-readme.js";

const VALUES = `# -- How many
count: 1
image:
  # -- Where it comes from
  repository: mysql
  # -- Which one
  # @default the newest
  tag: ""
# -- Who may connect
clients:
  - cidr: 10.0.0.0/8
# -- What it takes
resources:
  requests: { cpu: 1 }
`;

describe("documentedValues", () => {
  it("gives each commented value with its default", () => {
    expect(documentedValues(VALUES)).toEqual([
      { path: "count", description: "How many", defaultText: "`1`" },
      { path: "image.repository", description: "Where it comes from", defaultText: '`"mysql"`' },
      { path: "image.tag", description: "Which one", defaultText: "the newest" },
      { path: "clients", description: "Who may connect", defaultText: '`[{"cidr":"10.0.0.0/8"}]`' },
      { path: "resources", description: "What it takes", defaultText: '`{"requests":{"cpu":1}}`' },
    ]);
  });

  it("refuses a value without a comment", () => {
    expect(() => documentedValues("image:\n  tag: x\n")).toThrow("image.tag has no comment");
  });
});

describe("withValuesTable", () => {
  it("replaces what is between the marks and nothing else", () => {
    const table = "\n| value | meaning | default |\n|---|---|---|\n| `a` | A | `1` |\n";
    const marked = (between: string) => `before\n<!-- values -->\n${between}\n<!-- end of values -->\nafter`;
    const once = withValuesTable(marked("old"), "# -- A\na: 1\n");
    expect(once).toBe(marked(table));
    expect(withValuesTable(once, "# -- A\na: 1\n")).toBe(once);
  });

  it("refuses a README without marks", () => {
    expect(() => withValuesTable("text", "a: 1")).toThrow("has no <!-- values -->");
  });
});
