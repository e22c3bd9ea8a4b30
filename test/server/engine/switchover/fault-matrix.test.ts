import { STEPS, type SwitchoverStep } from "@gtid-ferry/engine/switchover";
import { otherSide, type Side } from "@gtid-ferry/engine/topology";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Arena } from "../../../faults/arena.js";
import { FAULTS } from "../../../faults/faults.js";
import { type CaseResult, runCase } from "../../../faults/run-case.js";

/** A part of the matrix that `npm run test:faults` runs whole. */
const CASES: readonly (readonly [string, SwitchoverStep, CaseResult["outcome"]])[] = [
  ...STEPS.map((step) => ["driver SIGKILL", step, killedAt(step)] as const),
  ["driver SIGSTOP", "catch up", "undone"],
  ["connections reset", "fence", "undone"],
  ["network silent", "catch up", "undone"],
  ["old primary SIGKILL", "fence", "undone"],
  ["old primary SIGKILL", "drop connections", "undone"],
  ["old primary SIGKILL", "clear fail-safe", "undone"],
  ["old primary SIGKILL", "switch traffic", "completed"],
  ["new primary SIGKILL", "catch up", "undone"],
  ["new primary SIGKILL", "commit", "undone"],
  ["lag above the budget", "fence", "undone"],
  ["open XA transaction", "fence", "undone"],
  ["HAProxy unreachable", "pause connections", "undone"],
  ["HAProxy unreachable", "switch traffic", "completed"],
];

function killedAt(step: SwitchoverStep): CaseResult["outcome"] {
  if (step === "commit") return "both fenced";
  return step === "switch traffic" || step === "follow" ? "completed" : "undone";
}

let arena: Arena;
let primary: Side = "source";

beforeAll(async () => {
  arena = await Arena.start({ withSmallDisk: false });
});
afterAll(() => arena?.stop());

it.each(CASES)("%s at %s is %s, without loss, and the next run converges", async (name, step, outcome) => {
  const fault = FAULTS.find((known) => known.name === name);
  if (fault === undefined) throw new Error(`no fault ${name}`);
  const result = await runCase(arena, fault, step, primary);
  primary = otherSide(primary);
  expect(result.violations).toEqual([]);
  expect(result.outcome).toBe(outcome);
});
