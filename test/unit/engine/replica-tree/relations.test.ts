import { describe, expect, it } from "vitest";
import { presentPrimary, type SeenMember, sourceOf, type TreeRequest } from "../../../../engine/replica-tree/index.js";
import type { JournalEntry } from "../../../../engine/topology/index.js";
import { channelTo, type FactsChanges, type MemberChanges, observedTree, uuidOf } from "./observed.js";

const members = (facts: FactsChanges = {}, changes: MemberChanges = {}) =>
  Object.values(observedTree({ a: null, b: "a", c: "b" }, facts, changes).members);
const lost = (name: string): SeenMember => ({
  name,
  label: name,
  reachable: false,
  seen: "ETIMEDOUT",
  isRefused: false,
});
const entry = (number: number, primaryUuid: string): JournalEntry => ({
  number,
  primaryUuid,
  previousUuid: "",
  finalGtidSet: "",
  eventScheduler: "ON",
  committedAt: "2026-01-01 00:00:00.000000",
  probed: true,
  isFinal: false,
});

describe("the present primary", () => {
  it("is the only one that accepts writes, before the first switchover", () => {
    expect(presentPrimary(members())).toEqual({ name: "a" });
    expect(presentPrimary(members({ b: { readOnly: false } }))).toMatchObject({
      obstacle: { seen: "a and b accept writes" },
    });
    expect(presentPrimary(members({ a: { readOnly: true } }))).toMatchObject({
      obstacle: { seen: "no reachable member accepts writes" },
    });
  });

  it("is whom the newest entry of any journal names, whoever accepts writes", () => {
    const journals = { b: { lastEntry: entry(2, uuidOf(1)) }, a: { lastEntry: entry(1, uuidOf(2)) } };
    expect(presentPrimary(members({}, journals))).toEqual({ name: "b" });
  });

  it("cannot be told while the one that the journal names does not answer", () => {
    const [, b, c] = members({}, { c: { lastEntry: entry(1, uuidOf(0)) } });
    if (b === undefined || c === undefined) throw new Error("three members expected");
    expect(presentPrimary([lost("a"), b, c])).toMatchObject({
      obstacle: {
        seen: expect.stringContaining(`made ${uuidOf(0)} the primary, and no reachable member is that server`),
      },
    });
  });
});

describe("whom a channel reads from", () => {
  const address = (host: string) => ({ address: { host, port: 3306 } }) as TreeRequest["members"][string];
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
