import { expect, it } from "vitest";
import { decideReset, type ResetDecision } from "../../../../engine/errant/reset-decision.js";
import { checkReset } from "../../../../engine/errant/reset-findings.js";
import type { ResetRecord } from "../../../../engine/errant/reset-record.js";

const S = "aaaaaaaa-0000-0000-0000-000000000000";
const R = "bbbbbbbb-0000-0000-0000-000000000000";
const OTHER = "cccccccc-0000-0000-0000-000000000000";
const BEGUN: ResetRecord = {
  errant: `${R}:1-2,${S}:900`,
  channels: ["gtid_ferry"],
  persistedSkipStart: false,
  sets: undefined,
  isClean: false,
};
const COMPUTED: ResetRecord = { ...BEGUN, sets: { before: `${S}:1-10:900,${R}:1-2`, clean: `${S}:1-10` } };
const CLEAN: ResetRecord = { ...COMPUTED, isClean: true };

it.each<[string, ResetRecord, string, ResetDecision]>([
  ["nothing computed yet", BEGUN, `${S}:1-10:900,${R}:1-2`, "compute"],
  ["nothing computed, and somebody reset it", BEGUN, "", "lost"],
  ["computed, not reset", COMPUTED, `${S}:1-10:900,${R}:1-2`, "compute"],
  ["computed, then the channel went on", COMPUTED, `${S}:1-12:900,${R}:1-3`, "compute"],
  ["reset", COMPUTED, "", "purge"],
  ["reset, then FLUSH", COMPUTED, `${R}:1`, "reset"],
  ["purged", COMPUTED, `${S}:1-10`, "finish"],
  ["reset, then the channel was started", COMPUTED, `${S}:1-4`, "lost"],
  ["reset, then another's history", COMPUTED, `${OTHER}:1`, "lost"],
  ["clean", CLEAN, `${S}:1-10`, "finish"],
  ["clean, and the source has come to use an errant number", CLEAN, `${S}:1-900`, "finish"],
  ["clean, then reset by somebody else", CLEAN, "", "lost"],
])("%s", (_, record, executed, decision) => {
  expect(decideReset(record, executed, R)).toBe(decision);
});

it("names every obstacle at once, and none where there is none", () => {
  const fine = { readOnly: true, gtidMode: "ON", downstream: [], groupMember: false };
  expect(checkReset("b", fine)).toEqual([]);
  const all = checkReset("b", { readOnly: false, gtidMode: "OFF", downstream: ["repl@10.0.0.1"], groupMember: true });
  expect(all.map(({ seen }) => seen)).toEqual([
    "it accepts writes (read_only is OFF)",
    "gtid_mode is OFF",
    "others read its binary logs: repl@10.0.0.1",
    "it is a member of a replication group",
  ]);
});
