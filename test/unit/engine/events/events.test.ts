import { describe, expect, it } from "vitest";
import { checkEvents, describeLeft, eventsToEnable, showEnabling } from "../../../../engine/events/index.js";
import { eventOf } from "./event-of.js";

it("enables what MySQL disabled on the replica and is enabled where it came from", () => {
  const disabled = { status: "REPLICA_SIDE_DISABLED" };
  const next = [
    eventOf("moves", disabled),
    eventOf("old", { status: "SLAVESIDE_DISABLED" }),
    eventOf("done", disabled),
    eventOf("own"),
  ];
  const present = [eventOf("moves"), eventOf("old"), eventOf("done", { status: "DISABLED" }), eventOf("own")];
  expect(eventsToEnable(next, present).map(({ name }) => name)).toEqual(["moves", "old"]);
});

describe("the check before a switchover", () => {
  it("names each event and each privilege that is missing for it", () => {
    expect(
      checkEvents("target h:1", [eventOf("a", { lacks: ["SYSTEM_USER", "SET_ANY_DEFINER"] }), eventOf("b")]),
    ).toEqual([
      {
        check: "event-definers",
        server: "target h:1",
        severity: "blocker",
        seen: "app.a of u@h, and the administrator lacks SYSTEM_USER and SET_ANY_DEFINER",
        wanted: "the right to enable events that belong to others",
        fix: "GRANT SYSTEM_USER, SET_ANY_DEFINER ON *.* to the administrator, or ALTER EVENT ... DISABLE",
      },
    ]);
    expect(checkEvents("target h:1", [eventOf("a")])).toMatchObject([{ severity: "ok" }]);
    expect(checkEvents("target h:1", [])).toEqual([]);
  });

  it("warns of the one attribute that ALTER EVENT takes from the schema", () => {
    const event = eventOf("a", { schemaCollation: "utf8mb4_bin" });
    expect(checkEvents("target h:1", [event]).find(({ check }) => check === "event-collation")).toMatchObject({
      severity: "warning",
      seen: "app.a: DATABASE_COLLATION utf8mb4_0900_ai_ci becomes utf8mb4_bin, the schema's present default",
    });
  });
});

it("shows the statements by which an event is enabled with its own character set", () => {
  const event = eventOf("e", { characterSetClient: "latin1", collationConnection: "latin1_german2_ci" });
  expect(showEnabling(event)).toBe(
    "SET SESSION character_set_client = 'latin1', collation_connection = 'latin1_german2_ci'; ALTER DEFINER = 'u'@'h' EVENT `app`.`e` ENABLE",
  );
  expect(describeLeft("a h:1", { ...event, lacks: ["SYSTEM_USER"] })).toMatchObject({
    server: "a h:1",
    severity: "warning",
    seen: expect.stringMatching(/^event app\.e stays disabled, because the administrator lacks SYSTEM_USER/),
    fix: showEnabling(event),
  });
});
