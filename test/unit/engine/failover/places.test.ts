import { expect, it } from "vitest";
import { placesFor } from "../../../../engine/failover/places.js";
import type { ObservedTopology, Tree } from "../../../../engine/topology/index.js";
import { channelTo, lostMember, type MemberChanges, observedTree, treeOf, uuidOf } from "../topology/observed.js";

const LEFT = { receiver: "OFF" } as const;
const primaryUuids = [uuidOf(0), uuidOf(1)];

/** `a` has the role instead of `b`. */
function moved(sources: Tree, members: MemberChanges = {}): ObservedTopology {
  const lastEntry = {
    number: 1,
    primaryUuid: uuidOf(0),
    previousUuid: uuidOf(1),
    finalGtidSet: "",
    eventScheduler: "ON",
    committedAt: "",
    probed: true,
    isFinal: false,
  };
  return observedTree(sources, {}, { ...members, a: { ...members.a, lastEntry, primaryUuids } });
}

const without = ({ members }: ObservedTopology, name: string) => treeOf({ ...members, [name]: lostMember(name) }, "a");
const places = (observed: ObservedTopology, left: readonly string[] = []) => placesFor(observed, "a", left);

it("leaves alone who follows somebody, or was stopped by a person", () => {
  const stopped = { c: { channel: channelTo(1, { receiver: "OFF", applier: "OFF" }) } };
  expect(places(moved({ a: null, b: "a", c: "b" }, stopped))).toEqual({});
});

it("lets a former primary follow the present one, and no server that never had the role", () => {
  expect(places(moved({ a: null, b: null, c: null }))).toEqual({ b: "a" });
  expect(places(moved({ a: null, b: null }), ["b"])).toEqual({});
});

it("lets those follow the primary whose former primary is gone", () => {
  const stopped = { c: { channel: channelTo(1, LEFT) }, d: { channel: channelTo(1) } };
  expect(places(without(moved({ a: null, b: "a", c: "b", d: "b" }, stopped), "b"))).toEqual({ c: "a", d: "a" });
});

it("waits for a replica that is away for a while, as those do who follow it", () => {
  expect(places(without(moved({ a: null, b: "a", c: "b", d: "c" }), "c"))).toEqual({});
});

it("leads out of a circle", () => {
  expect(places(moved({ a: null, b: "c", c: "b" }))).toEqual({ b: "a", c: "a" });
});

it("starts what a failover has stopped that went no further, where the role has never moved", () => {
  const stopped = { b: { channel: channelTo(0, LEFT) }, c: { channel: channelTo(1, LEFT) } };
  expect(places(observedTree({ a: null, b: "a", c: "b", d: "a" }, {}, stopped))).toEqual({ b: "a", c: "b" });
});
