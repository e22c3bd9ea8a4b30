import { quoteTable } from "@gtid-ferry/engine/tables";
import { alter, type Edit, type Maker, part, quoted } from "./edit.js";

/** Partitions, and all rows at once. */
export const PARTITION_EDITS: readonly Maker[] = [
  (random, table) => {
    const { partition } = table;
    if (partition === undefined) return undefined;
    const last = partition.names.at(-1);
    const whole = { changesShape: true } as const;
    const counted = /PARTITIONS \d+$/.test(partition.clause);
    return random.pick<Edit>([
      {
        kind: "partitions removed",
        statements: alter(table, "REMOVE PARTITIONING"),
        expected: [part("table", table)],
        ...whole,
      },
      ...(counted
        ? [
            {
              kind: "partition added",
              statements: [`ALTER TABLE ${quoteTable(table)} ADD PARTITION PARTITIONS 1`],
              expected: [],
              ...whole,
            },
          ]
        : []),
      ...(last === undefined
        ? []
        : [
            {
              kind: "partition dropped",
              statements: alter(table, `DROP PARTITION ${quoted(last)}`),
              expected: [part("partition", table, last)],
              ...whole,
            },
            {
              kind: "partition emptied",
              statements: alter(table, `TRUNCATE PARTITION ${quoted(last)}`),
              expected: [],
              ...whole,
            },
          ]),
    ]);
  },
  (random, table) => {
    const isParentOf = table.foreignKey === undefined && random.chance(0.3);
    return isParentOf
      ? { kind: "table emptied", statements: [`TRUNCATE TABLE ${quoteTable(table)}`], expected: [], changesShape: true }
      : undefined;
  },
];
