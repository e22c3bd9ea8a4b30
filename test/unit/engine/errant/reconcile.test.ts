import type { TableName } from "@gtid-ferry/engine/mysql";
import { expect, it } from "vitest";
import { ChangesByTable } from "../../../../engine/errant/changes.js";
import { reconcileTables, type TableComparison } from "../../../../engine/errant/reconcile.js";

const ITEM: TableName = { schema: "shop", table: "item" };
const OTHER: TableName = { schema: "shop", table: "other" };

/** Tables that are equal after so many repairs. */
function comparison(repairsNeeded: number) {
  const calls: string[] = [];
  let repairs = 0;
  const fake: TableComparison = {
    isEqual: async () => {
      calls.push("compare");
      return repairs >= repairsNeeded;
    },
    planRepair: async () => [],
    repair: async () => {
      calls.push("repair");
      repairs += 1;
    },
  };
  return { fake, calls };
}

it.each([
  [0, ["compare"]],
  [1, ["compare", "repair", "compare"]],
  [3, ["compare", "repair", "compare", "repair", "compare", "repair", "compare"]],
])("is content after %i repairs", async (needed, expected) => {
  const { fake, calls } = comparison(needed);
  await reconcileTables(fake, [ITEM], () => undefined);
  expect(calls).toEqual(expected);
});

it("gives up on rows that stay different", async () => {
  await expect(reconcileTables(comparison(9).fake, [ITEM, OTHER], () => undefined)).rejects.toThrow(
    /shop\.item, shop\.other\n.*still differ after 3 repairs/,
  );
});

it("compares each set of tables once, and tells which are not equal", async () => {
  const changes = new ChangesByTable();
  const transaction = (gtid: string, ...tables: TableName[]) => ({
    gtid,
    file: "binlog.000001",
    position: 4,
    originServerId: 1,
    committedAt: undefined,
    statements: [],
    statementCount: 0,
    tables: tables.map((table) => ({ ...table, inserted: 1, updated: 0, deleted: 0 })),
    rows: [],
    rowCount: 1,
    isFullyDecoded: true,
  });
  for (const one of [
    transaction("a", ITEM),
    transaction("b", OTHER),
    transaction("c", ITEM),
    transaction("d", ITEM, OTHER),
  ]) {
    changes.add(one);
  }
  const asked: string[] = [];
  const settled = await changes.settle(async (tables) => {
    asked.push(tables.map(({ table }) => table).join("+"));
    return tables.every(({ table }) => table === "other");
  });
  expect(asked).toEqual(["item", "other", "item+other"]);
  expect(settled).toEqual({ equal: ["b"], changed: ["a", "c", "d"], changedTables: [ITEM, OTHER] });
});
