import { describe, expect, it } from "vitest";
import {
  type ConflictGrounds,
  conflictRepairs,
  type RepairPlace,
} from "../../../../engine/channel/conflict-repairs.js";

const place: RepairPlace = { channel: "gtid_ferry", replica: "target 10.0.0.2:3306", isSuperReadOnly: true };
const grounds: ConflictGrounds = {
  table: "shop.item",
  condition: "`id` = 1",
  deleteRow: "DELETE FROM `shop`.`item` WHERE `id` = 1",
  insertRow: "INSERT INTO `shop`.`item` (`id`) VALUES (1)",
  isOnReplica: true,
  isSame: false,
  belongsToSource: false,
  hasTriggers: false,
};

function repairs(number: number, found: Partial<ConflictGrounds> | undefined, where: Partial<RepairPlace> = {}) {
  const failure = {
    number,
    message: "",
    gtid: undefined,
    table: { schema: "shop", table: "item" },
    kind: number === 1032 ? ("update" as const) : ("insert" as const),
    key: number === 1062 ? "PRIMARY" : undefined,
  };
  return conflictRepairs(failure, found === undefined ? undefined : { ...grounds, ...found }, { ...place, ...where });
}

describe("conflictRepairs", () => {
  it("deletes a duplicate, with no trace in the binary log and no cascade, and fences the replica again", () => {
    expect(repairs(1062, {})[0]).toContain(
      "on target 10.0.0.2:3306: SET SESSION sql_log_bin = 0, foreign_key_checks = 0; SET GLOBAL super_read_only = OFF; " +
        "DELETE FROM `shop`.`item` WHERE `id` = 1; SET GLOBAL super_read_only = ON; START REPLICA FOR CHANNEL 'gtid_ferry'; nobody else has it",
    );
    expect(repairs(1062, { isSame: true })[0]).toContain("brings the same row again");
    expect(repairs(1062, {}, { isSuperReadOnly: false })[0]).not.toContain("super_read_only");
    expect(repairs(1062, { hasTriggers: true })[0]).toContain("the table has triggers");
  });

  it("never deletes a row that the source has under its own key", () => {
    expect(repairs(1062, { belongsToSource: true }).join("\n")).not.toContain("DELETE");
  });

  it("brings a missing row back, or offers nothing of the kind when it is not known", () => {
    expect(repairs(1032, { isOnReplica: false })[0]).toContain("INSERT INTO `shop`.`item` (`id`) VALUES (1)");
    expect(repairs(1032, { isOnReplica: false, insertRow: undefined })).toHaveLength(2);
  });

  it("says to run again when the row is no longer in the way, or no longer missing", () => {
    expect(repairs(1062, { isOnReplica: false })[0]).toMatch(/^run again/);
    expect(repairs(1032, { isOnReplica: true })[0]).toMatch(/^run again/);
  });

  it.each([
    [13117, /^on target 10\.0\.0\.2:3306: .* SET PERSIST transaction_read_only = OFF; then run again/],
    [1666, /SET PERSIST binlog_format = 'ROW'/],
    [3121, /innodb_directories/],
    [1205, /^run again: nothing is wrong with the data/],
    [1146, /^give shop\.item the source's definition/],
    [1396, /the source's accounts/],
    [1452, /^compare the rows that shop\.item refers to/],
  ])("knows what else %d is", (number, text) => {
    expect(repairs(number, undefined)[0]).toMatch(text);
  });

  it.each([1062, 1032, 1205, 1146, 1396, 1452, 9999])(
    "always offers a new restore and never a skip, for %d",
    (number) => {
      for (const found of [{}, undefined]) {
        const [rebuild, warning] = repairs(number, found).slice(-2);
        expect(rebuild).toMatch(/^restore target 10\.0\.0\.2:3306 from a new backup/);
        expect(warning).toMatch(/^do not skip the transaction/);
        expect(repairs(number, found).join("\n")).not.toMatch(/gtid_next|skip_counter|skip_errors/i);
      }
    },
  );
});
