import { quoteIdentifier, quoteString } from "@gtid-ferry/engine/mysql";
import type { ColumnPlan, KeyPlan, PartitionPlan } from "../model.js";
import type { Random } from "../random.js";
import { comment } from "./columns.js";
import type { Names } from "./names.js";

const KINDS = ["hash", "linear hash", "key", "linear key", "range", "list", "range columns", "subpartitions"] as const;

/** A way to part a table that its unique keys allow: each of them has to have the column. */
export function makePartition(
  random: Random,
  names: Names,
  columns: readonly ColumnPlan[],
  keys: readonly KeyPlan[],
): PartitionPlan | undefined {
  const unique = keys.filter(({ isUnique }) => isUnique);
  const fitting = columns.filter(
    ({ name, type, generated }) =>
      generated === undefined &&
      (type.key === "whole" || type.partitionBy !== undefined) &&
      keys.every(({ parts }) => parts.every(({ column, length }) => column !== name || length === undefined)) &&
      unique.every(({ parts }) => parts.some(({ column }) => column === name)),
  );
  if (fitting.length === 0) return undefined;
  const column = random.pick(fitting);
  const kind = random.pick(KINDS);
  const own = quoteIdentifier(column.name);
  const isInteger = column.type.partitionBy === "integer";
  const count = random.pick([1, 2, 7]);
  const unnamed = (clause: string) => ({
    clause: `PARTITION BY ${clause} PARTITIONS ${count}`,
    names: [],
    by: column.name,
  });
  switch (kind) {
    case "hash":
    case "linear hash":
      return isInteger ? unnamed(`${kind.toUpperCase()} (${own})`) : undefined;
    case "key":
      return unnamed(`KEY ${random.pick(["", "ALGORITHM = 1 ", "ALGORITHM = 2 "])}(${own})`);
    case "linear key":
      return unnamed(`LINEAR KEY (${own})`);
    case "list":
      return isInteger ? list(random, names, column) : undefined;
    case "range":
    case "subpartitions":
      return isInteger ? range(random, names, column, kind === "range" ? "" : subpartitions(random, own)) : undefined;
    case "range columns":
      return column.type.partitionBy === undefined ? undefined : rangeColumns(random, names, column);
  }
}

function subpartitions(random: Random, column: string): string {
  return ` SUBPARTITION BY ${random.pick(["HASH", "KEY", "LINEAR KEY"])} (${column}) SUBPARTITIONS 2`;
}

function parts(random: Random, names: Names, values: readonly string[]) {
  const own = values.map(() => names.next());
  const options = () => (random.chance(0.2) ? ` COMMENT = ${quoteString(comment(random))}` : "");
  return {
    names: own,
    text: values.map((value, i) => `PARTITION ${quoteIdentifier(own[i] ?? "")} VALUES ${value}${options()}`).join(", "),
  };
}

function range(random: Random, names: Names, column: ColumnPlan, sub: string): PartitionPlan {
  const made = parts(
    random,
    names,
    ["LESS THAN (0)", "LESS THAN (20)", "LESS THAN (100)", "LESS THAN MAXVALUE"].slice(isUnsigned(column) ? 1 : 0),
  );
  return {
    clause: `PARTITION BY RANGE (${quoteIdentifier(column.name)})${sub} (${made.text})`,
    names: made.names,
    by: column.name,
  };
}

function list(random: Random, names: Names, column: ColumnPlan): PartitionPlan {
  const own = quoteIdentifier(column.name);
  const made = parts(
    random,
    names,
    isUnsigned(column) ? ["IN (0, NULL)", "IN (1)", "IN (2)"] : ["IN (0, NULL)", "IN (1, -1)", "IN (2, -2)"],
  );
  return { clause: `PARTITION BY LIST (MOD(${own}, 3)) (${made.text})`, names: made.names, by: column.name };
}

function rangeColumns(random: Random, names: Names, column: ColumnPlan): PartitionPlan {
  const bounds = boundsOf(column);
  const made = parts(random, names, [...bounds.map((bound) => `LESS THAN (${bound})`), "LESS THAN (MAXVALUE)"]);
  return {
    clause: `PARTITION BY RANGE COLUMNS (${quoteIdentifier(column.name)}) (${made.text})`,
    names: made.names,
    by: column.name,
  };
}

function boundsOf(column: ColumnPlan): string[] {
  if (column.type.partitionBy === "integer") return isUnsigned(column) ? ["20", "100"] : ["0", "20", "100"];
  if (/date/.test(column.type.name)) return ["'2000-01-01'", "'2010-01-01'"];
  return ["'a'", "'z'"];
}

function isUnsigned({ type }: ColumnPlan): boolean {
  return type.definition.includes("UNSIGNED");
}
