import { describe, expect, it } from "vitest";
import { planSettle, type SettleGrounds } from "../../../../engine/failover/settle-plan.js";
import { showStatement } from "../../../../engine/mysql/index.js";
import type { ObservedTree } from "../../../../engine/replica-tree/index.js";
import type { JournalEntry } from "../../../../engine/topology/index.js";
import { eventOf } from "../events/event-of.js";
import { channelTo, lostMember, observedTree, uuidOf } from "../replica-tree/observed.js";

/** `a` is the primary, instead of one of them that was it before. */
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

function plan(observed: ObservedTree, changes: Partial<SettleGrounds> = {}) {
  const { a } = observed.members;
  if (a?.reachable !== true) throw new Error("a expected");
  const { steps, parted, notes } = planSettle({
    observed,
    channel: "ferry",
    primary: a,
    entry: ENTRY,
    journal: [],
    primaryUuids: new Set([uuidOf(0), uuidOf(1)]),
    events: [],
    routes: [],
    without: [],
    mayOpen: true,
    ...changes,
  });
  const texts = steps.map((step) => {
    if (step.kind === "run") return `${step.member}: ${showStatement(step.statement)}`;
    if (step.kind === "fence") return `${step.member}: fence`;
    if (step.kind === "enable-event") return `${step.member}: enable ${step.event.name}`;
    if (step.kind === "open") return `${step.member}: ${step.statements.map(showStatement).join("; ")}`;
    return step.kind === "lead" ? `${step.route} to ${step.to}` : `${step.member} follows ${step.source}`;
  });
  return { texts, parted, notes };
}

const OPEN_A = "a: SET GLOBAL super_read_only = 0; SET PERSIST super_read_only = 0, PERSIST read_only = 0";
const LEFT = { receiver: "OFF" } as const;
const WRITABLE = { readOnly: false, superReadOnly: false };
const FENCED = { readOnly: true, superReadOnly: true };

describe("planSettle", () => {
  it("leaves a tree alone in which all is well, and what a person has stopped", () => {
    expect(plan(observedTree({ a: null, b: "a", c: "b" })).texts).toEqual([]);
    const stopped = { c: { channel: channelTo(1, { receiver: "OFF", applier: "OFF" }) } };
    expect(plan(observedTree({ a: null, b: "a", c: "b" }, {}, stopped)).texts).toEqual([]);
  });

  it("fences a former primary before anything else, and lets it follow when it has nothing of its own", () => {
    const observed = observedTree({ a: null, b: null, c: "a" }, { a: FENCED, b: WRITABLE }, { b: { persisted: {} } });
    expect(plan(observed).texts).toEqual(["b: fence", OPEN_A, "b follows a"]);
  });

  it("lists what only a former primary has, and leaves it fenced", () => {
    const errant = `${uuidOf(1)}:9`;
    const observed = observedTree({ a: null, b: null }, { b: WRITABLE }, { b: { errant } });
    expect(plan(observed)).toEqual({
      texts: ["b: fence"],
      parted: [{ member: "b", errant }],
      notes: [],
    });
  });

  it("lets events run on the primary alone", () => {
    const observed = observedTree({ a: null, b: null }, { a: { eventScheduler: "OFF" }, b: { eventScheduler: "ON" } });
    const event = eventOf("one", { status: "REPLICA_SIDE_DISABLED" });
    const events = [event, eventOf("other", { status: "DISABLED" })];
    expect(plan(observed, { events }).texts).toEqual([
      "b: SET PERSIST event_scheduler = 'OFF'",
      "a: enable one",
      "a: SET PERSIST event_scheduler = 'ON'",
      "b follows a",
    ]);
    for (const [change, why] of [
      [{ lacks: ["SET_ANY_DEFINER"] }, "the administrator lacks SET_ANY_DEFINER"],
      [{ mayHaveRun: true }, "it may have run already"],
    ] as const) {
      const { texts, notes } = plan(observed, { events: [{ ...event, ...change }] });
      expect(texts).toHaveLength(3);
      expect(notes).toEqual([
        expect.stringMatching(`^a: event app.one stays disabled, because ${why}; .*EVENT \`app\`.\`one\` ENABLE$`),
      ]);
    }
  });

  it("lets a former primary wait for no replicas that it has no more", () => {
    const semiSync = { isSourceActive: true, isReplicaEnabled: false, isReplicaActive: false };
    const waiting = { ...semiSync, isSourceEnabled: true, sourceVariable: "rpl_semi_sync_source_enabled" };
    const step = "b: SET GLOBAL rpl_semi_sync_source_enabled = 0";
    const alone = observedTree({ a: null, b: null }, {}, { b: { semiSync: waiting } });
    expect(plan(alone).texts).toContain(step);
    const followed = observedTree({ a: null, b: null, c: "b" }, {}, { b: { semiSync: waiting } });
    expect(plan(followed).texts).not.toContain(step);
  });

  it("plans nothing around a server that the journal does not name", () => {
    const moved = { ...ENTRY, primaryUuid: uuidOf(1) };
    expect(() => plan(observedTree({ a: null, b: "a" }), { entry: moved })).toThrow(/not a$/);
  });

  it("opens no primary that may not be opened", () => {
    expect(plan(observedTree({ a: null, b: "a" }, { a: FENCED }), { mayOpen: false }).texts).toEqual([]);
  });

  it("writes an entry above what a server out of sight may have, when it opens a primary without that one", () => {
    const observed = observedTree({ a: null, b: "a", c: "a", d: "a" }, { a: FENCED });
    const members = { ...observed.members, b: lostMember("b"), c: lostMember("c") };
    const { texts } = plan({ ...observed, members }, { without: ["b", "c"] });
    expect(texts).toEqual([
      expect.stringMatching(
        /^a: SET GLOBAL super_read_only = 0; INSERT INTO .* VALUES \(4, @@server_uuid, .*; SET PERSIST super_read_only = 0/,
      ),
      expect.stringMatching(/^a: UPDATE .*probed_at.*number = 4$/),
    ]);
    expect(plan(observed, { without: ["b", "c"] }).texts).toEqual([OPEN_A]);
  });

  it("completes what follows the commit", () => {
    const observed = observedTree(
      { a: null, b: "a", c: "b", d: "b" },
      {},
      { a: { channel: channelTo(1) }, c: { channel: channelTo(1, LEFT) }, d: { channel: channelTo(1, LEFT) } },
    );
    const members = {
      ...observed.members,
      b: { name: "b", label: "b", reachable: false as const, seen: "ECONNREFUSED", isRefused: true },
    };
    const routes = [
      { name: "one", state: "b" },
      { name: "other", state: "a" },
    ];
    const { texts } = plan({ ...observed, members }, { entry: { ...ENTRY, probed: false }, routes });
    expect(texts).toEqual([
      "a: STOP REPLICA FOR CHANNEL 'ferry'",
      "a: RESET REPLICA ALL FOR CHANNEL 'ferry'",
      "one to a",
      "c follows a",
      "d follows a",
      expect.stringMatching(/^a: UPDATE .*probed_at/),
    ]);
  });

  it("starts what a failover has stopped that went no further, where the role never moved", () => {
    const observed = observedTree({ a: null, b: "a", c: "b" }, { c: WRITABLE }, { b: { channel: channelTo(0, LEFT) } });
    expect(plan(observed, { entry: undefined, primaryUuids: new Set() }).texts).toEqual(["b follows a"]);
  });

  it("lets who follows a server that no longer leads to the primary follow the primary, and waits for one that is away", () => {
    const circle = observedTree({ a: null, b: "c", c: "b" });
    expect(plan(circle).texts).toEqual(["b follows a", "c follows a"]);
    const observed = observedTree({ a: null, b: "a", c: "b", d: "c" });
    const away = { name: "c", label: "c", reachable: false as const, seen: "ETIMEDOUT", isRefused: false };
    expect(plan({ ...observed, members: { ...observed.members, c: away } }).texts).toEqual([]);
  });
});
