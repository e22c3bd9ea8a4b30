import { describe, expect, it } from "vitest";
import { describeStep, type Goal, type Plan, planReconcile, type Step } from "../../../../engine/reconcile/index.js";
import type { JournalEntry, MemberState, ObservedTopology, Tree } from "../../../../engine/topology/index.js";
import { eventOf } from "../events/event-of.js";
import {
  channelTo,
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
const ON = { read_only: "ON", super_read_only: "ON" };
const WRITABLE = { readOnly: false, superReadOnly: false };
const FENCED = { readOnly: true, superReadOnly: true };
const LEFT = { receiver: "OFF" } as const;
const FAIL_SAFE = { isDefined: true, stopsScheduler: false, threads: [12] };

/** The role has never moved. */
const unmoved = observedTree;

/** Once the role has moved from `b` to `a`. */
function moved(
  sources: Tree,
  facts: FactsChanges = {},
  members: MemberChanges = {},
  entry: Partial<JournalEntry> = {},
): ObservedTopology {
  const lastEntry = { ...ENTRY, ...entry };
  return observedTree(sources, facts, { ...members, a: { lastEntry, persisted: OFF, ...members.a } });
}

const without = (observed: ObservedTopology, ...names: readonly string[]): ObservedTopology =>
  treeOf({ ...observed.members, ...Object.fromEntries(names.map((name) => [name, lostMember(name)])) }, "a");

function plan(observed: ObservedTopology, goal: Partial<Goal> = {}): Plan {
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
function steps(observed: ObservedTopology, goal: Partial<Goal> = {}): string[] {
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

const blockers = (observed: ObservedTopology, goal: Partial<Goal> = {}) =>
  plan(observed, goal).blockers.map(({ check, seen, fix }) => `${check}: ${seen}; ${fix}`);

const UNFENCE_A = "a: SET GLOBAL super_read_only = 0; a: SET GLOBAL read_only = 0";
const PERSIST_A = "a: SET PERSIST super_read_only = 0, PERSIST read_only = 0";
const PERSIST_B = "b: SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1";
const CLEAR_A = "a: KILL the fail-safe's event, verify: no thread of it runs; DROP EVENT";
const FENCE_B = "b: SET GLOBAL super_read_only = 1";

describe("where all is well", () => {
  it("plans nothing, and leaves alone what a person has stopped", () => {
    expect(steps(unmoved({ a: null, b: "a" }))).toEqual([]);
    expect(steps(moved({ a: null, b: "a", c: "b" }))).toEqual([]);
    const stopped = { c: { channel: channelTo(1, { receiver: "OFF", applier: "OFF" }) } };
    expect(steps(moved({ a: null, b: "a", c: "b" }, {}, stopped))).toEqual([]);
  });

  it("plans nothing around a server that the journal does not name", () => {
    expect(() => plan(moved({ a: null, b: "a" }, {}, {}, { primaryUuid: uuidOf(1) }))).toThrow(/not a$/);
  });
});

describe("fences", () => {
  it("come before anything else", () => {
    const observed = moved({ a: null, b: null, c: "a" }, { a: FENCED, b: WRITABLE }, { b: { persisted: {} } });
    expect(steps(observed, { follow: { b: "a" } })).toEqual([FENCE_B, UNFENCE_A, PERSIST_B, "b repoint a"]);
  });

  it("are put up, before the role has moved, on whom it is asked for and who is read-only", () => {
    const half = { readOnly: true, superReadOnly: false };
    expect(steps(unmoved({ a: null, b: "a" }, { b: half }))).toEqual([]);
    expect(steps(unmoved({ a: null, b: "a" }, { b: half }), { fenced: ["b"] })).toEqual([FENCE_B]);
    expect(steps(unmoved({ a: null, b: "a" }, { b: half }), { follow: { b: "a" } })).toEqual([FENCE_B]);
  });

  it("are not put up on a second writer before the role has moved: nobody knows which of the two is right", () => {
    const observed = unmoved({ a: null, b: "a" }, { b: WRITABLE });
    expect(steps(observed, { fenced: ["b"] })).toEqual([]);
    expect(blockers(observed)).toEqual([expect.stringMatching(/^second-writer: it accepts writes/)]);
  });

  it("are not put up on whom was left out", () => {
    expect(steps(moved({ a: null, b: null }, { b: WRITABLE }), { without: ["b"] })).toEqual([]);
  });
});

describe("the primary's own fence", () => {
  const lost = (entry: Partial<JournalEntry> = {}) =>
    without(moved({ a: null, b: "a", c: "a", d: "a" }, { a: FENCED }, {}, entry), "b", "c");

  it("is lifted where a switchover, a failover or a restart has left it", () => {
    expect(steps(moved({ a: null, b: "a" }, { a: FENCED }))).toEqual([UNFENCE_A]);
    const restarted = unmoved({ a: null, b: "a" }, { a: FENCED }, { a: { isFencedByRestart: true, persisted: ON } });
    expect(steps(restarted)).toEqual([UNFENCE_A, PERSIST_A]);
    const undone = unmoved({ a: null, b: "a" }, { a: FENCED }, { a: { autoUnfence: FAIL_SAFE, persisted: ON } });
    expect(steps(undone)).toEqual([UNFENCE_A, PERSIST_A, CLEAR_A]);
  });

  it("stays where somebody else has put it up", () => {
    const observed = unmoved({ a: null, b: "a" }, { a: { readOnly: true } });
    expect(steps(observed)).toEqual([]);
    expect(blockers(observed)).toEqual([expect.stringMatching(/no failover, switchover or restart did that/)]);
  });

  it("stays, for a watch, where it is not a restart's", () => {
    expect(steps(moved({ a: null, b: "a" }, { a: FENCED }), { unfence: "restart" })).toEqual([]);
    const restarted = moved({ a: null, b: "a" }, { a: FENCED }, { a: { isFencedByRestart: true } });
    expect(steps(restarted, { unfence: "restart" })).toEqual([UNFENCE_A]);
  });

  it("stays while somebody out of sight might be the primary, and nothing persists that it is writable", () => {
    const observed = without(moved({ a: null, b: "a", c: "a" }, { a: FENCED }, { a: { persisted: ON } }), "c");
    expect(steps(observed)).toEqual([]);
    expect(blockers(observed)).toEqual([expect.stringMatching(/while c might be the primary.*--without c/)]);
  });

  it("is lifted without those who were left out by an entry above what they may have", () => {
    expect(steps(lost(), { without: ["b", "c"] })).toEqual([
      expect.stringMatching(
        /^a: SET GLOBAL super_read_only = 0; a: INSERT INTO .* VALUES \(4, @@server_uuid, .*; a: SET GLOBAL read_only = 0$/,
      ),
      expect.stringMatching(/^a: UPDATE .*probed_at.*number = 4$/),
    ]);
    expect(steps(moved({ a: null, b: "a" }, { a: FENCED }), { without: ["b"] })).toEqual([UNFENCE_A]);
  });

  it.each<[string, MemberChanges[string], Partial<JournalEntry>, string[], string[]]>([
    ["its fail-safe lifts it by itself soon", { autoUnfence: FAIL_SAFE }, {}, ["c"], [UNFENCE_A, CLEAR_A]],
    ["a switchover was not completed, and the former primary answers", {}, { probed: false }, ["c"], [UNFENCE_A]],
    ["a switchover was not completed, and the former primary is away", {}, { probed: false }, ["b"], []],
  ])("where somebody is out of sight: %s", (_, a, entry, away, expected) => {
    const observed = without(moved({ a: null, b: "a", c: "a" }, { a: FENCED }, { a }, entry), ...away);
    expect(steps(observed).filter((step) => !step.includes("probed_at"))).toEqual(expected);
  });
});

describe("what comes up after a restart", () => {
  it("is persisted once the role has moved", () => {
    const observed = moved({ a: null, b: "a" }, {}, { a: { persisted: {} }, b: { persisted: {} } });
    expect(steps(observed)).toEqual([PERSIST_A, PERSIST_B]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { b: { persisted: {} } }))).toEqual([]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { b: { persisted: {} } }), { follow: { b: "a" } })).toEqual([
      PERSIST_B,
    ]);
  });

  it("is fenced for a primary that a watch wants so", () => {
    expect(steps(moved({ a: null, b: "a" }, {}, { a: { persisted: ON } }))).toEqual([]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { a: { persisted: ON } }))).toEqual([]);
  });

  it.each<[string, Partial<MemberState>]>([
    ["a switchover that was undone", { autoUnfence: { ...FAIL_SAFE, threads: [] } }],
    ["a switchover that was committed", { channel: channelTo(1) }],
    ["half of it", { persisted: { read_only: "OFF", super_read_only: "ON" } }],
  ])("is writable where that is left of %s", (_, left) => {
    expect(steps(moved({ a: null, b: "a" }, {}, { a: { persisted: ON, ...left } }))).toContain(PERSIST_A);
  });
});

describe("the fail-safe", () => {
  it("is cleared with an event scheduler that ran for it alone", () => {
    const autoUnfence = { ...FAIL_SAFE, stopsScheduler: true };
    const stop = `a: SET GLOBAL event_scheduler = OFF; ${CLEAR_A}`;
    expect(steps(unmoved({ a: null, b: "a" }, {}, { a: { autoUnfence } }))).toEqual([stop]);
    // It has fired.
    const fired = { ...autoUnfence, threads: [] };
    const observed = unmoved({ a: null, b: "a" }, { a: { eventScheduler: "OFF" } }, { a: { autoUnfence: fired } });
    expect(steps(observed)).toEqual([CLEAR_A]);
    // The journal knows better.
    expect(steps(moved({ a: null, b: "a" }, {}, { a: { autoUnfence } }))).toEqual([CLEAR_A]);
  });
});

describe("routes", () => {
  const at = (state: string) => ({ name: state, state });

  it("lead to the primary from where they are held, set by nobody, or left behind", () => {
    const routes = [at("held"), at("elsewhere"), at("unset"), at("a"), at("b")];
    expect(steps(unmoved({ a: null, b: "a" }), { routes })).toEqual(["held to a", "unset to a", "b to a"]);
    expect(steps(moved({ a: null, b: "a" }), { routes })).toEqual([
      "held to a",
      "elsewhere to a",
      "unset to a",
      "b to a",
    ]);
  });

  it("stay where a server that does not answer may have become the primary meanwhile", () => {
    const observed = without(moved({ a: null, b: "a", c: "a" }), "c");
    for (const state of ["c", "standby"]) {
      expect(steps(observed, { routes: [at(state)] })).toEqual([]);
      expect(blockers(observed, { routes: [at(state)] })).toEqual([
        expect.stringMatching(`^traffic-route: .*${state}`),
      ]);
    }
    expect(steps(observed, { routes: [at("c")], without: ["c"] })).toEqual(["c to a"]);
  });

  it("leave the server that the primary itself has replaced", () => {
    const observed = without(moved({ a: null, b: "a" }), "b");
    expect(steps(observed, { routes: [at("b")] })).toEqual(["b to a"]);
  });
});

describe("the channel of a primary", () => {
  it("is forgotten, where it is not to an unknown server before the role has moved", () => {
    const forget = "a: STOP REPLICA FOR CHANNEL 'ferry'; a: RESET REPLICA ALL FOR CHANNEL 'ferry'";
    const channel = channelTo(1);
    expect(steps(moved({ a: null, b: "a" }, {}, { a: { channel } }))).toEqual([forget]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { a: { channel, source: "b" } }))).toEqual([forget]);
    expect(steps(unmoved({ a: null, b: "a" }, {}, { a: { channel: channelTo(8, LEFT) } }))).toEqual([forget]);
    const elsewhere = unmoved({ a: null, b: "a" }, {}, { a: { channel: channelTo(8) } });
    expect(steps(elsewhere)).toEqual([]);
    expect(blockers(elsewhere)).toEqual([expect.stringMatching(/^primary-channel: .*10\.0\.0\.9:3306/)]);
  });
});

describe("events", () => {
  const disabled = { status: "REPLICA_SIDE_DISABLED" };
  const one = eventOf("one", disabled);
  const events = [one, eventOf("done", disabled), eventOf("other", { status: "DISABLED" })];
  const formerEvents = [eventOf("one"), eventOf("done", { status: "DISABLED" })];

  it("are enabled on the primary as they were where they came from, and run there alone", () => {
    const facts = { a: { eventScheduler: "OFF" }, b: { eventScheduler: "ON" } };
    expect(steps(moved({ a: null, b: "a" }, facts, { a: { events }, b: { events: formerEvents } }))).toEqual([
      "b: SET PERSIST event_scheduler = 'OFF'",
      "a: enable one",
      "a: SET PERSIST event_scheduler = 'ON'",
    ]);
  });

  it("are all enabled where the former primary cannot be asked, except one that may have run there", () => {
    const mayHaveRun = eventOf("once", { ...disabled, mayHaveRun: true });
    const observed = without(moved({ a: null, b: "a" }, {}, { a: { events: [...events, mayHaveRun] } }), "b");
    expect(steps(observed)).toEqual(["a: enable one", "a: enable done"]);
    expect(plan(observed).left).toMatchObject([
      { severity: "warning", seen: expect.stringMatching(/once stays disabled.*may have run/) },
    ]);
  });

  it("stop nothing where the administrator may not enable one, which is reported by name", () => {
    const members = { a: { events: [{ ...one, lacks: ["SET_ANY_DEFINER"] }] }, b: { events: formerEvents } };
    const observed = moved({ a: null, b: "a" }, {}, members, { probed: false });
    expect(steps(observed)).toEqual([expect.stringMatching(/probed_at/)]);
    expect(plan(observed).left).toMatchObject([{ seen: expect.stringMatching(/app\.one.*SET_ANY_DEFINER/) }]);
  });

  it("are nobody's business before the role has moved", () => {
    expect(steps(unmoved({ a: null, b: "a" }, { b: { eventScheduler: "ON" } }, { a: { events } }))).toEqual([]);
  });

  it("have a scheduler that is told for after a restart, too, on whom had the role", () => {
    const primaryUuids = [uuidOf(0), uuidOf(1)];
    const observed = moved({ a: null, b: "a" }, {}, { a: { primaryUuids }, b: { primaryUuids } });
    expect(steps(observed)).toEqual([
      "b: SET PERSIST event_scheduler = 'OFF'",
      "a: SET PERSIST event_scheduler = 'ON'",
    ]);
  });
});

describe("semi-synchronous replication", () => {
  it("lets a former primary wait for no replica that it has no more", () => {
    const semiSync = { isSourceActive: true, isReplicaEnabled: false, isReplicaActive: false };
    const waiting = { ...semiSync, isSourceEnabled: true, sourceVariable: "rpl_semi_sync_source_enabled" };
    const step = "b: SET GLOBAL rpl_semi_sync_source_enabled = 0";
    const follow = { b: "a" };
    expect(steps(moved({ a: null, b: null }, {}, { b: { semiSync: waiting } }), { follow })).toContain(step);
    expect(steps(moved({ a: null, b: null, c: "b" }, {}, { b: { semiSync: waiting } }), { follow })).not.toContain(
      step,
    );
  });
});

describe("who follows whom", () => {
  it("moves those who follow another, each after its new source, and starts what stands", () => {
    const observed = moved({ a: null, b: "a", c: "a", d: "c" }, {}, { b: { channel: channelTo(0, LEFT) } });
    expect(steps(observed, { follow: { d: "b", c: "d", b: "a" } })).toEqual([
      "b resume a",
      "d repoint b",
      "c repoint d",
    ]);
  });

  it("lists what only one member has, leaves it where it is, and moves the others", () => {
    const errant = `${uuidOf(1)}:9`;
    const observed = moved({ a: null, b: null, c: null }, { b: WRITABLE }, { b: { errant } });
    const { diverged, left, blockers: none } = plan(observed, { follow: { b: "a", c: "a" } });
    expect(steps(observed, { follow: { b: "a", c: "a" } })).toEqual([FENCE_B, "c repoint a"]);
    expect(diverged).toEqual([{ member: "b", errant }]);
    expect(left).toMatchObject([{ check: "errant-transactions", server: "b 10.0.0.2:3306" }]);
    expect(none).toEqual([]);
  });

  it("leaves who cannot follow, says why, and moves the others", () => {
    const observed = moved({ a: null, b: null, c: null }, { b: { gtidMode: "OFF" } });
    expect(steps(observed, { follow: { b: "a", c: "a" } })).toEqual(["c repoint a"]);
    expect(plan(observed, { follow: { b: "a", c: "a" } }).left).toMatchObject([{ severity: "blocker" }]);
  });

  it("asks for a write last, when somebody follows who acknowledges it", () => {
    const observed = moved({ a: null, b: null }, {}, { a: { persisted: {} } }, { probed: false });
    expect(steps(observed, { follow: { b: "a" } })).toEqual([
      PERSIST_A,
      "b repoint a",
      expect.stringMatching(/^a: UPDATE .*probed_at.*number = 1$/),
    ]);
  });
});
