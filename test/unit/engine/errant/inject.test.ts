import { expect, it } from "vitest";
import { eachGtid } from "../../../../engine/errant/gtid-text.js";
import { describeInjection } from "../../../../engine/errant/inject.js";
import { GtidSet } from "../../../../engine/gtid/index.js";

const A = "aaaaaaaa-0000-0000-0000-000000000000";

it("gives GTIDs as gtid_next takes them", () => {
  expect([...eachGtid(GtidSet.parse(`${A}:1-2:7:mig:3`))]).toEqual([`${A}:1`, `${A}:2`, `${A}:7`, `${A}:mig:3`]);
});

it("shows the first of many", () => {
  expect(describeInjection(GtidSet.parse(`${A}:1-9223372036854775806`))).toEqual([
    `SET gtid_next = '${A}:1'; BEGIN; COMMIT`,
    `SET gtid_next = '${A}:2'; BEGIN; COMMIT`,
    `SET gtid_next = '${A}:3'; BEGIN; COMMIT`,
    "... and so on for 9223372036854775803 more",
    "SET gtid_next = 'AUTOMATIC'",
  ]);
  expect(describeInjection(GtidSet.parse(`${A}:5`))).toEqual([
    `SET gtid_next = '${A}:5'; BEGIN; COMMIT`,
    "SET gtid_next = 'AUTOMATIC'",
  ]);
});
