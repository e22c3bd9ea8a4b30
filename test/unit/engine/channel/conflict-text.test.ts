import { expect, it } from "vitest";
import type { Conflict } from "../../../../engine/channel/conflict.js";
import { describeConflict } from "../../../../engine/channel/conflict-text.js";

const failure = { number: 1062, message: "", gtid: "u:7", table: undefined, kind: undefined, key: undefined };
const conflict: Conflict = { failure, transaction: undefined, row: undefined, unread: [], repairs: [] };

const transaction = {
  gtid: "u:7",
  file: "binlog.000003",
  position: 4711,
  originServerId: 1,
  committedAt: "2026-01-02T03:04:05.000006Z",
  statements: [],
  statementCount: 0,
  tables: [{ schema: "shop", table: "item", inserted: 2, updated: 0, deleted: 1 }],
  rows: [],
  rowCount: 3,
  isFullyDecoded: true,
};

it("tells the transaction, its change and both rows", () => {
  const after = [
    { column: "id", value: "1" },
    { column: "name", value: 'a "b"' },
    { column: "note", value: null },
  ];
  const row = {
    change: { kind: "insert" as const, schema: "shop", table: "item", columnCount: 3, after },
    condition: "`id` = 1",
    onSource: after,
    onReplica: undefined,
  };
  expect(describeConflict({ ...conflict, transaction, row })).toEqual([
    "transaction u:7 (binlog.000003:4711, committed 2026-01-02T03:04:05.000006Z): 2 inserted, 1 deleted in shop.item",
    String.raw`the change that failed: insert in shop.item: id = 1, name = "a \"b\"", note = NULL`,
    String.raw`on the source, where ${"`id`"} = 1: id = 1, name = "a \"b\"", note = NULL`,
    "on the replica, where `id` = 1: no row",
  ]);
});

it("says what could not be read", () => {
  expect(describeConflict({ ...conflict, unread: ["the row could not be read: no"] })).toEqual([
    "transaction u:7, which was not read from the source's binary logs",
    "the row could not be read: no",
  ]);
});

it.each([
  "CREATE USER a@b IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$secret' REQUIRE SSL",
  // Cut within the hash.
  "CREATE USER x@y IDENTIFIED BY 'secret1', a@b IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$secret",
])("shows no password's hash: %s", (sql) => {
  const [line] = describeConflict({ ...conflict, transaction: { ...transaction, statements: [sql] } });
  expect(line).toContain("********");
  expect(line).not.toContain("secret");
});
