import { describe, expect, it } from "vitest";
import { treeOf } from "../../../components/replica-tree-inputs.js";

const replicas = [
  { name: "standby", replicatesFrom: "target" },
  { name: "reports", replicatesFrom: "standby" },
  { name: "near-source", replicatesFrom: "source" },
];

describe("treeOf", () => {
  it.each([
    ["replicate", { source: null, target: "source", standby: "target", reports: "standby", "near-source": "source" }],
    ["cutover", { target: null, source: "target", standby: "target", reports: "standby", "near-source": "source" }],
    ["finalize", { target: null, standby: "target", reports: "standby", "near-source": "target" }],
  ] as const)("has in phase %s its primary, and nobody below a source that is left behind", (phase, tree) => {
    expect(treeOf({ phase, replicas })).toEqual(tree);
  });
});
