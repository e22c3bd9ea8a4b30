import { describe, expect, it } from "vitest";
import {
  checkConnections,
  checkEvents,
  checkLongTransactions,
  checkObstructions,
  checkWritability,
  checkXa,
} from "../../../../engine/preflight/checks/activity.js";
import { brief, listed, PREPARE, REPLICATE, SWITCHOVER, sourceWith, targetWith } from "./observations.js";

it("blocks on XA transactions that stay prepared", () => {
  expect(checkXa(sourceWith({ preparedXaTransactions: { value: ["0x6162 (format 1)"] } }))).toMatchObject({
    severity: "blocker",
    seen: "1 transaction: 0x6162 (format 1)",
  });
  expect(checkXa(sourceWith()).severity).toBe("ok");
});

it("warns of what passes by itself", () => {
  const longTransactions = listed({ sessionId: 7, ageSeconds: 900 });
  const obstructions = listed(
    { sessionId: 8, what: "alter_table" },
    { sessionId: 9, what: "LOCK INSTANCE FOR BACKUP" },
  );
  expect(checkLongTransactions(sourceWith({ longTransactions }))).toMatchObject({
    severity: "warning",
    seen: "session 7 since 900 s",
  });
  expect(checkObstructions(sourceWith({ obstructions }), PREPARE)).toMatchObject({
    severity: "warning",
    seen: "session 8: alter_table, session 9: LOCK INSTANCE FOR BACKUP",
  });
  expect([checkLongTransactions(sourceWith()).severity, checkObstructions(sourceWith(), PREPARE).severity]).toEqual([
    "ok",
    "ok",
  ]);
});

it("blocks a switchover on what would hold up its fence", () => {
  const obstructions = listed({ sessionId: 8, what: "alter_table" });
  expect(checkObstructions(sourceWith({ obstructions }), SWITCHOVER).severity).toBe("blocker");
});

it("does not take an empty look for quiet where performance_schema is OFF", () => {
  expect(checkObstructions(sourceWith({}, {}, { performance_schema: "OFF" }), PREPARE).severity).toBe("warning");
});

describe("events", () => {
  const enabledEvents = listed({ schema: "app", name: "purge" });
  it.each([
    [sourceWith({ enabledEvents }), "warning", "1 enabled event: app.purge"],
    [sourceWith(), "ok", "no enabled event"],
    [targetWith({ enabledEvents }), "ok", "1 enabled event: app.purge; event_scheduler is OFF"],
    [
      targetWith({ enabledEvents }, { eventScheduler: "ON" }),
      "blocker",
      "1 enabled event: app.purge; event_scheduler is ON",
    ],
    [targetWith({}, { eventScheduler: "ON" }), "ok", "no enabled event"],
  ])("%#", (observation, severity, seen) => {
    expect(checkEvents(observation)).toMatchObject({ severity, seen });
  });
});

describe("who accepts writes", () => {
  it.each([
    [sourceWith(), PREPARE, ["ok", "writable", "read_only and super_read_only are OFF"]],
    [sourceWith({}, { readOnly: true }), PREPARE, ["blocker", "writable", "read_only is ON"]],
    [
      sourceWith({}, { readOnly: true, superReadOnly: true }),
      PREPARE,
      ["blocker", "writable", "super_read_only is ON"],
    ],
    [targetWith(), REPLICATE, ["ok", "read-only", "super_read_only is ON"]],
    [targetWith({}, { superReadOnly: false }), REPLICATE, ["blocker", "read-only", "super_read_only is OFF"]],
  ])("%#", (observation, context, expected) => {
    expect(checkWritability(observation, context).map((finding) => brief(finding).slice(0, 3))).toEqual([expected]);
  });

  it("is not asked of a target before it is restored", () => {
    expect(checkWritability(targetWith({}, { superReadOnly: false }), PREPARE)).toEqual([]);
  });
});

it.each([
  ["143", "ok"],
  ["144", "warning"],
])("%s of 151 connections in use: %s", (used, severity) => {
  expect(checkConnections(sourceWith({ status: new Map([["threads_connected", used]]) })).severity).toBe(severity);
});
