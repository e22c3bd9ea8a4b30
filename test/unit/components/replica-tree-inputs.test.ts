import { describe, expect, it } from "vitest";
import { treeOf } from "../../../components/replica-tree-inputs.js";

const replicas = [
  { name: "standby", replicatesFrom: "target" },
  { name: "reports", replicatesFrom: "standby" },
  { name: "near-source", replicatesFrom: "source" },
];

const TURNED = { target: null, source: "target", standby: "target", reports: "standby", "near-source": "source" };
const LEFT_BEHIND = { target: null, standby: "target", reports: "standby", "near-source": "target" };

describe("treeOf", () => {
  it.each([
    ["replicate", "required", { ...TURNED, source: null, target: "source" }],
    ["replicate", "none", { ...TURNED, source: null, target: "source" }],
    ["cutover", "required", TURNED],
    ["cutover", "none", LEFT_BEHIND],
    ["finalize", "required", LEFT_BEHIND],
  ] as const)(
    "has its primary in phase %s with reverse replication %s, and nobody below a source that is left behind",
    (phase, reverseReplication, tree) => {
      expect(treeOf({ phase, replicas, reverseReplication })).toEqual(tree);
    },
  );
});
