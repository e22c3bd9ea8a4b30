import { describe, expect, it } from "vitest";
import { parseTopology } from "../../../../engine/cli/topology-file.js";
import { channelSource } from "../fixtures/channels.js";

const connection = { host: "10.0.0.1", port: 3306, user: "admin", password: "secret" };
const address = channelSource("10.0.0.1");
const topology = { channel: "gtid_ferry", members: { a: { connection, address } }, tree: { a: null }, routes: [] };

describe("the stack output topology", () => {
  it("is read as it is", () => {
    expect(parseTopology(JSON.stringify(topology))).toEqual(topology);
    const limited = { ...topology, limits: { settleTimeoutSeconds: 5 } };
    expect(parseTopology(JSON.stringify(limited))).toEqual(limited);
  });

  it("has its mistakes named all at once, without a value", () => {
    const wrong = {
      ...topology,
      members: { a: { connection, address: { ...address, password: "a secret of more than 32 characters" } } },
      tree: { a: 7 },
    };
    const failure = (() => {
      try {
        parseTopology(JSON.stringify(wrong));
      } catch (error) {
        return String(error);
      }
      return "";
    })();
    expect(failure).toContain("topology has 2 mistake(s)");
    expect(failure).toContain("topology.members.a.address.password:");
    expect(failure).toContain("topology.tree.a:");
    expect(failure).not.toContain("secret");
  });
});
