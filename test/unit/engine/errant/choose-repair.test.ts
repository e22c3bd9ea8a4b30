import { expect, it } from "vitest";
import { chooseRepair } from "../../../../engine/errant/choose-repair.js";
import type { RepairMethod } from "../../../../engine/errant/policy.js";
import { GtidSet } from "../../../../engine/gtid/index.js";

const A = "aaaaaaaa-1111-0000-0000-000000000000";
const B = "bbbbbbbb-2222-0000-0000-000000000000";
const CLASSES = { harmless: `${A}:1-2`, equal: "", changed: `${A}:3,${B}:tag:1`, unknown: `${B}:9` };
const SITUATION = { primaryIsReachable: true, allDataIsEqual: false };

const choose = (method: RepairMethod, gtids: string | undefined, confirmation = "") => {
  const chosen = chooseRepair(
    CLASSES,
    { method, gtids: gtids === undefined ? undefined : GtidSet.parse(gtids), confirmation },
    SITUATION,
  );
  return { ...chosen, gtids: String(chosen.gtids), notErrant: String(chosen.notErrant) };
};

it("takes what needs no confirmation, and leaves alone what is not errant", () => {
  expect(choose("inject-empty", `${A}:1:7`)).toEqual({
    gtids: `${A}:1`,
    notErrant: `${A}:7`,
    refusals: [],
    unconfirmed: [],
  });
});

it("takes all that are errant by default, and refuses those for which the repair is not offered", () => {
  const { gtids, refusals } = choose("inject-empty", undefined);
  expect(gtids).toBe(`${A}:1-3,\n${B}:9:tag:1`);
  expect(refusals).toEqual([`inject-empty is not offered for ${B}:9 (unknown); offered: rebuild`]);
});

it.each([
  ["", [A, B]],
  ["aaaaaaa", [A, B]],
  ["aaaaaaaa", [B]],
  ["AAAAAAAA-11, bbbbbbbb", []],
  [`${A} ${B}`, []],
  ["aaaaaaab bbbbbbbb", [A]],
  ["a,b", [A, B]],
])("is confirmed by %j but for %j", (typed, unconfirmed) => {
  expect(choose("inject-empty", `${A}:2-3,${B}:tag:1`, typed).unconfirmed).toEqual(unconfirmed);
});

it("asks to confirm a reset even of harmless ones", () => {
  expect(choose("reset", `${A}:1`).unconfirmed).toEqual([A]);
});

it("reconciles harmless ones along with changed ones: it ends with an injection", () => {
  expect(choose("reconcile", `${A}:1-3`, "aaaaaaaa")).toMatchObject({
    gtids: `${A}:1-3`,
    refusals: [],
    unconfirmed: [],
  });
  expect(choose("reconcile", `${A}:1`)).toMatchObject({ refusals: [], unconfirmed: [] });
  expect(choose("reconcile", `${B}:9`).refusals).toHaveLength(1);
});
