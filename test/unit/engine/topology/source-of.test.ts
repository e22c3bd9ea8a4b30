import { describe, expect, it } from "vitest";
import type { Topology } from "../../../../engine/topology/index.js";
import { sourceOf } from "../../../../engine/topology/source-of.js";
import { channelTo, type FactsChanges, type MemberChanges, observedTree, uuidOf } from "./observed.js";

const members = (facts: FactsChanges = {}, changes: MemberChanges = {}) =>
  Object.values(observedTree({ a: null, b: "a", c: "b" }, facts, changes).members);

describe("whom a channel reads from", () => {
  const address = (host: string) => ({ address: { host, port: 3306 } }) as Topology["members"][string];
  const ends = { a: address("10.0.0.1"), b: address("10.0.0.2"), c: address("10.0.0.3") };
  const source = (changes: Parameters<typeof channelTo>[1]) => {
    const all = members({}, { c: { channel: channelTo(1, changes) } });
    const c = all.find((member) => member.name === "c");
    return c?.reachable === true ? sourceOf(c, all, ends) : undefined;
  };

  it("is the server that it is connected to, under whatever address", () => {
    expect(source({})).toBe("b");
    expect(source({ host: "db.example.org" })).toBe("b");
  });

  it("is the server at its address while it is not connected, whoever was there before", () => {
    expect(source({ receiver: "OFF", host: "10.0.0.1" })).toBe("a");
    expect(source({ receiver: "CONNECTING", host: "10.0.0.1", sourceUuid: "" })).toBe("a");
  });

  it("is none of them where it leads elsewhere", () => {
    expect(source({ host: "10.0.0.9", sourceUuid: uuidOf(9) })).toBeUndefined();
  });
});
