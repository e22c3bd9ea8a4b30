import { expect, it } from "vitest";
import { formatGtidSets, formatServers } from "../../../../engine/cli/status-format.js";
import type { ObservedTopology, Topology } from "../../../../engine/topology/index.js";
import { observedTree, uuidOf } from "../topology/observed.js";

const end = (host: string) => ({ connection: { host, port: 3306 } }) as Topology["members"][string];
const members = { a: end("10.0.0.1"), b: end("10.0.0.2"), c: end("10.0.0.3"), d: end("10.0.0.4"), e: end("10.0.0.5") };
const semiSync = { isSourceEnabled: true, isSourceActive: true, isReplicaEnabled: false, isReplicaActive: false };
const whole = observedTree(
  { a: null, b: "a", c: "b", d: "a", e: null },
  {},
  {
    a: { semiSync },
    c: { delaySeconds: 60, lag: { missing: `${uuidOf(0)}:98-100`, seconds: 61.5 } },
    d: { errant: `${uuidOf(3)}:1` },
  },
);
const lost = {
  name: "e",
  label: "e 10.0.0.5:3306",
  reachable: false,
  failure: "ECONNREFUSED",
  seen: "ECONNREFUSED",
  isRefused: true,
} as const;
const observed: ObservedTopology = { ...whole, members: { ...whole.members, e: lost } };

it("draws the tree, and names who is not in it", () => {
  expect(formatServers(observed, members)).toEqual([
    "SERVER   ADDRESS        VERSION  ROLE                   STATE                                  LAG",
    "a        10.0.0.1:3306  8.4.3    primary, semi-sync     writable",
    "├─ b     10.0.0.2:3306  8.4.3    replica                super read-only, receives and applies  caught up",
    "│  └─ c  10.0.0.3:3306  8.4.3    replica, delayed 60 s  super read-only, receives and applies  behind by 3 transactions, 61.500 s",
    "└─ d     10.0.0.4:3306  8.4.3    replica                super read-only, receives and applies  caught up",
    "e        10.0.0.5:3306           unknown                does not answer: ECONNREFUSED",
  ]);
});

it("tells GTID sets by their difference from the primary's", () => {
  expect(formatGtidSets(observed)).toEqual([
    `a  ${uuidOf(0)}:1-100`,
    "b  as a",
    `c  as a without ${uuidOf(0)}:98-100`,
    `d  as a and errant ${uuidOf(3)}:1`,
  ]);
});
