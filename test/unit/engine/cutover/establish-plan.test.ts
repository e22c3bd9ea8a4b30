import { describe, expect, it } from "vitest";
import { planEstablish } from "../../../../engine/cutover/establish-plan.js";
import type { PairState, ServerState } from "../../../../engine/cutover/state.js";
import { showStatement } from "../../../../engine/mysql/index.js";

const persisted = (value: "ON" | "OFF", scheduler: string) =>
  new Map([
    ["read_only", value],
    ["super_read_only", value],
    ["event_scheduler", scheduler],
  ]);

const server = (side: "source" | "target", changes: Partial<ServerState> = {}): ServerState => ({
  side,
  label: side,
  uuid: `${side}-uuid`,
  lastEntry: undefined,
  primaryUuids: [],
  readOnly: side === "target",
  superReadOnly: side === "target",
  eventScheduler: side === "source" ? "ON" : "OFF",
  persisted: new Map(),
  deadMan: { isDefined: false, switchesSchedulerOff: false, threads: [] },
  channel: undefined,
  otherChannels: [],
  events: [],
  ...changes,
});

const pairOf = (source: ServerState, target: ServerState, changes: Partial<PairState> = {}): PairState => ({
  source,
  target,
  primary: "source",
  entry: undefined,
  routes: [],
  ...changes,
});

const switched: Pick<PairState, "primary" | "entry"> = {
  primary: "target",
  entry: {
    number: 1,
    primaryUuid: "target-uuid",
    previousUuid: "source-uuid",
    finalGtidSet: "",
    eventScheduler: "ON",
    committedAt: "",
    probed: true,
    isFinal: true,
  },
};

const plan = (pair: PairState) =>
  planEstablish(pair, "ferry").map((step) =>
    step.kind === "run" ? `${step.side}: ${showStatement(step.statement)}` : step.kind,
  );

describe("before the first switchover", () => {
  it("has nothing to do where all is well", () => {
    expect(plan(pairOf(server("source"), server("target")))).toEqual([]);
  });

  it("lifts a fence that a run of ours has left", () => {
    const source = server("source", {
      readOnly: true,
      superReadOnly: true,
      persisted: persisted("ON", "ON"),
      deadMan: { isDefined: true, switchesSchedulerOff: false, threads: [12] },
    });
    expect(plan(pairOf(source, server("target")))).toEqual([
      "source: SET GLOBAL super_read_only = 0",
      "source: SET GLOBAL read_only = 0",
      "source: SET PERSIST super_read_only = 0, PERSIST read_only = 0",
      "remove-dead-man",
    ]);
  });

  it("puts an event scheduler to rest again that was switched on for the dead-man switch", () => {
    const deadMan = { isDefined: true, switchesSchedulerOff: true, threads: [12] };
    expect(plan(pairOf(server("source", { deadMan }), server("target")))).toEqual([
      "source: SET GLOBAL event_scheduler = OFF",
      "remove-dead-man",
    ]);
    // It has fired.
    const source = server("source", { deadMan: { ...deadMan, threads: [] }, eventScheduler: "OFF" });
    expect(plan(pairOf(source, server("target")))).toEqual(["remove-dead-man"]);
  });

  it("does not lift a fence that somebody else has put up", () => {
    expect(() => plan(pairOf(server("source", { readOnly: true }), server("target")))).toThrow("no switchover");
  });

  it("names the way out for a primary that was armed and has restarted", () => {
    const source = server("source", { readOnly: true, superReadOnly: true, persisted: persisted("ON", "ON") });
    expect(() => plan(pairOf(source, server("target")))).toThrow("as `ferry watch --failover` does it");
    expect(() => plan(pairOf(source, server("target")))).toThrow("`ferry failover --confirm source` opens it");
  });

  it("refuses a target that accepts writes", () => {
    expect(() => plan(pairOf(server("source"), server("target", { readOnly: false, superReadOnly: false })))).toThrow(
      "it accepts writes",
    );
  });

  it("fences a target that a run has opened and not made the primary", () => {
    expect(plan(pairOf(server("source"), server("target", { superReadOnly: false })))).toEqual([
      "target: SET GLOBAL super_read_only = 1",
    ]);
  });

  it("releases a route that is held, and leaves one alone that leads elsewhere", () => {
    const routes = [
      { name: "held", state: "held" },
      { name: "elsewhere", state: "elsewhere" },
      { name: "unset", state: "unset" },
    ] as const;
    expect(planEstablish(pairOf(server("source"), server("target"), { routes }), "ferry")).toEqual([
      { kind: "lead", route: "held", to: "source" },
      { kind: "lead", route: "unset", to: "source" },
    ]);
  });
});

describe("after a switchover", () => {
  it("fences the old primary before it opens the new one", () => {
    const steps = plan(pairOf(server("source"), server("target"), switched));
    expect(steps.slice(0, 3)).toEqual([
      "source: SET GLOBAL super_read_only = 1",
      "target: SET GLOBAL super_read_only = 0",
      "target: SET GLOBAL read_only = 0",
    ]);
  });

  it("has nothing to do where both servers are in their roles", () => {
    const source = server("source", {
      readOnly: true,
      superReadOnly: true,
      eventScheduler: "OFF",
      persisted: persisted("ON", "OFF"),
    });
    const target = server("target", {
      readOnly: false,
      superReadOnly: false,
      eventScheduler: "ON",
      persisted: persisted("OFF", "ON"),
    });
    expect(plan(pairOf(source, target, switched))).toEqual([]);
  });

  it("opens nothing, and leads nothing away, where a route leads to a replica that has become the primary", () => {
    const fenced = server("target", { persisted: persisted("ON", "ON") });
    const routes = [{ name: "proxy", state: "standby" }];
    expect(() => plan(pairOf(server("source"), fenced, { ...switched, routes }))).toThrow("it leads to standby");
  });

  describe("with a primary that would come up fenced", () => {
    const source = server("source", {
      readOnly: true,
      superReadOnly: true,
      eventScheduler: "OFF",
      persisted: persisted("ON", "OFF"),
    });
    const armed = { readOnly: false, superReadOnly: false, eventScheduler: "ON", persisted: persisted("ON", "ON") };
    const open = "target: SET PERSIST super_read_only = 0, PERSIST read_only = 0";

    it("has nothing to do where a watch wants it so", () => {
      expect(plan(pairOf(source, server("target", armed), switched))).toEqual([]);
      expect(plan(pairOf(server("source", { persisted: persisted("ON", "ON") }), server("target")))).toEqual([]);
    });

    it.each([
      ["a switchover that was undone", { deadMan: { isDefined: true, switchesSchedulerOff: false, threads: [] } }],
      ["a switchover that was committed", { channel: {} as ServerState["channel"] }],
      ["half of it", { persisted: new Map([...persisted("ON", "ON"), ["read_only", "OFF"]]) }],
    ])("lets it come up open where that is left of %s", (_, left) => {
      expect(plan(pairOf(source, server("target", { ...armed, ...left }), switched))).toContain(open);
    });
  });
});
