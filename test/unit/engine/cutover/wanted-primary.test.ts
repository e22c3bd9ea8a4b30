import { expect, it } from "vitest";
import { type KnownRoles, type RolesRequest, wantedPrimary } from "../../../../engine/cutover/request.js";
import { DEFAULT_LIMITS } from "../../../../engine/switchover/index.js";
import type { Side } from "../../../../engine/topology/index.js";

const member = { connection: { host: "h", port: 3306, user: "u", password: "" } };

function wanted(declared: Side, askedBefore: Side | undefined, present: { name: string; hasMoved: boolean }): string {
  const request: RolesRequest = {
    channel: "ferry",
    source: member,
    target: member,
    primary: declared,
    isFinal: false,
    limits: DEFAULT_LIMITS,
    routes: [],
  };
  const known: KnownRoles = {
    present: "",
    sourceUuid: "",
    targetUuid: "",
    switchovers: 0,
    isFinal: false,
    inOrder: true,
    ...(askedBefore === undefined ? {} : { primary: askedBefore }),
  };
  return wantedPrimary(request, askedBefore === undefined ? undefined : known, present);
}

it.each<[string, Side, Side | undefined, string, boolean, string]>([
  ["a first run moves the role as declared", "target", undefined, "source", false, "target"],
  ["a first run after the role has moved leaves it", "target", undefined, "replica", true, "replica"],
  ["another phase than before moves it", "target", "source", "source", false, "target"],
  [
    "another phase than before moves it back from where it went meanwhile",
    "source",
    "target",
    "replica",
    true,
    "source",
  ],
  ["the same phase as before leaves it with its successor", "target", "target", "replica", true, "replica"],
  [
    "the same phase as before leaves it where `ferry switchover` has brought it",
    "source",
    "source",
    "target",
    true,
    "target",
  ],
])("%s", (_, declared, before, present, hasMoved, expected) => {
  expect(wanted(declared, before, { name: present, hasMoved })).toBe(expected);
});
