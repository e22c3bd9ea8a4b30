import { describe, expect, it } from "vitest";
import { eventOf } from "../events/event-of.js";
import { uuidOf } from "../topology/observed.js";
import { moved, plan, steps, unmoved, without } from "./planned.js";

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
