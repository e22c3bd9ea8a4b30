import { describeStep, type Goal, type Plan, planReconcile, type Step } from "../../../../engine/reconcile/index.js";
import type { JournalEntry, ObservedTopology, Tree } from "../../../../engine/topology/index.js";
import {
  type FactsChanges,
  lostMember,
  type MemberChanges,
  observedTree,
  treeOf,
  uuidOf,
} from "../topology/observed.js";

/** `a` is the primary, instead of `b`, which was it before. */
const ENTRY: JournalEntry = {
  number: 1,
  primaryUuid: uuidOf(0),
  previousUuid: uuidOf(1),
  finalGtidSet: "",
  eventScheduler: "ON",
  committedAt: "2026-11-21 12:00:00.000000",
  probed: true,
  isFinal: false,
};

const OFF = { read_only: "OFF", super_read_only: "OFF" };
export const ON = { read_only: "ON", super_read_only: "ON" };
export const WRITABLE = { readOnly: false, superReadOnly: false };
export const FENCED = { readOnly: true, superReadOnly: true };
export const LEFT = { receiver: "OFF" } as const;
export const FAIL_SAFE = { isDefined: true, stopsScheduler: false, threads: [12] };

/** The role has never moved. */
export const unmoved = observedTree;

/** Once the role has moved from `b` to `a`. */
export function moved(
  sources: Tree,
  facts: FactsChanges = {},
  members: MemberChanges = {},
  entry: Partial<JournalEntry> = {},
): ObservedTopology {
  const lastEntry = { ...ENTRY, ...entry };
  return observedTree(sources, facts, { ...members, a: { lastEntry, persisted: OFF, ...members.a } });
}

export const without = (observed: ObservedTopology, ...names: readonly string[]): ObservedTopology =>
  treeOf({ ...observed.members, ...Object.fromEntries(names.map((name) => [name, lostMember(name)])) }, "a");

export function plan(observed: ObservedTopology, goal: Partial<Goal> = {}): Plan {
  return planReconcile(observed, {
    primary: "a",
    follow: {},
    fenced: [],
    without: [],
    routes: [],
    journal: [],
    ...goal,
  });
}

const TOPOLOGY = { channel: "ferry", members: {}, tree: {} };

/** The first line of each step, and the members alone of those that follow. */
export function steps(observed: ObservedTopology, goal: Partial<Goal> = {}): string[] {
  return plan(observed, goal).steps.map((step) => textOf(step, observed));
}

function textOf(step: Step, observed: ObservedTopology): string {
  switch (step.kind) {
    case "repoint":
    case "resume":
      return `${step.member} ${step.kind} ${step.source}`;
    case "enable-event":
      return `${step.member}: enable ${step.event.name}`;
    case "route":
      return `${step.route} to ${step.to}`;
    default:
      return describeStep(step, observed, TOPOLOGY)
        .map((line) => line.replace(/^(\w+) \S+:/, "$1:"))
        .join("; ");
  }
}

export const blockers = (observed: ObservedTopology, goal: Partial<Goal> = {}) =>
  plan(observed, goal).blockers.map(({ check, seen, fix }) => `${check}: ${seen}; ${fix}`);

export const UNFENCE_A = "a: SET GLOBAL super_read_only = 0; a: SET GLOBAL read_only = 0";
export const PERSIST_A = "a: SET PERSIST super_read_only = 0, PERSIST read_only = 0";
export const PERSIST_B = "b: SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1";
export const CLEAR_A = "a: KILL the fail-safe's event, verify: no thread of it runs; DROP EVENT";
export const FENCE_B = "b: SET GLOBAL super_read_only = 1";
