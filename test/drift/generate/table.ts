import { quoteIdentifier, quoteString } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import type { ColumnPlan, ForeignKeyPlan, KeyPlan, TablePlan, TableRef } from "../model.js";
import type { Random } from "../random.js";
import { COLUMN_TYPES } from "../types/index.js";
import { comment, isGeometry, makeColumn } from "./columns.js";
import { makeGenerated } from "./generated.js";
import { KEY_KINDS, type KeyKind, makeIndexes, makeKey, makeMainKey } from "./keys.js";
import { Names } from "./names.js";
import { makePartition } from "./partitions.js";
import { FIRST_DRIFT_TAG, FIRST_LOAD_TAG, makeRows } from "./rows.js";

export interface TableWishes {
  /** As many rows as it takes to cut the table into ranges. */
  readonly isBig: boolean;
  /** Another table refers to this one's tag. */
  readonly isParent?: boolean;
  /** This one refers to that. */
  readonly parent?: TablePlan;
  readonly constraintNames: Names;
}

export function makeTable(random: Random, ref: TableRef, wishes: TableWishes): TablePlan {
  const names = new Names(random.fork("names"));
  const isLinked = wishes.isParent === true || wishes.parent !== undefined;
  const kind: KeyKind = isLinked ? "tag" : random.pick(KEY_KINDS);
  const hasGeneratedKey = kind === "generated invisible";
  if (hasGeneratedKey) names.reserve("my_row_id");
  const wantsPartition = !isLinked && !hasGeneratedKey && random.chance(0.35);
  const tag = tagColumn(random, names, kind);
  const main = makeMainKey(random, names, kind, tag, wantsPartition);
  const others = Array.from({ length: random.between(1, 5) }, () =>
    makeColumn(random, names, { noGeometry: wantsPartition }),
  );
  const reference = wishes.parent && referenceColumn(names);
  const plain = shuffle(random, [tag, ...main.columns, ...others, ...(reference === undefined ? [] : [reference])]);
  const isCounted = isAutoIncrement(tag);
  const generated = !isCounted && random.chance(0.3) ? [makeGenerated(random, names, tag.name, others)] : [];
  // A key's own generated column comes behind what it is computed from.
  const columns = [
    ...plain.filter((one) => one.generated === undefined),
    ...plain.filter((one) => one.generated !== undefined),
    ...generated,
  ];
  const extra =
    kind === "none" || kind === "prefix" || hasGeneratedKey || wantsPartition
      ? []
      : extraUnique(
          random,
          names,
          tag,
          main.keys.some(({ name }) => name === "PRIMARY"),
        );
  const indexes = makeIndexes(
    random,
    names,
    [...others, ...generated].filter((one) => !isGeometry(one.type)),
    wantsPartition,
  );
  const keys: KeyPlan[] = [...main.keys, ...extra, ...indexes];
  const partition = wantsPartition ? makePartition(random, names, columns, keys) : undefined;
  const checks = !isCounted && random.chance(0.25) ? [wishes.constraintNames.next()] : [];
  const foreignKey = reference &&
    wishes.parent && {
      name: `${wishes.constraintNames.next()} fk`,
      column: reference.name,
      parent: wishes.parent,
      parentColumn: wishes.parent.tag,
    };
  const definition = { ref, columns, keys, checks, tag: tag.name, foreignKey };
  const pool = {
    columns,
    tag: tag.name,
    inKeys: new Set(keys.filter((key) => key.isUnique).flatMap(({ parts }) => parts.map(({ column }) => column))),
  };
  const count = rowCount(random, wishes.isBig);
  const isRepeatable = kind === "none" && keys.every(({ isUnique }) => !isUnique);
  return {
    ...ref,
    columns,
    tag: tag.name,
    keys: hasGeneratedKey ? [generatedInvisibleKey, ...keys] : keys,
    checks,
    ...(foreignKey === undefined ? {} : { foreignKey }),
    ...(partition === undefined ? {} : { partition }),
    create: createTable(random, definition, partition?.clause),
    hasGeneratedKey,
    rows: makeRows(random.fork("rows"), pool, 1, count, isRepeatable),
    driftRows: makeRows(random.fork("drift"), pool, FIRST_DRIFT_TAG, 6, false),
    loadRows: makeRows(random.fork("load"), pool, FIRST_LOAD_TAG, 6, false),
  };
}

/** As MySQL names it and what is in it. */
const generatedInvisibleKey: KeyPlan = {
  name: "PRIMARY",
  isUnique: true,
  parts: [{ column: "my_row_id" }],
  definition: "",
  tellsApart: true,
};

function rowCount(random: Random, isBig: boolean): number {
  if (isBig) return random.between(1_200, 3_000);
  return random.pick([0, 1, 2, 5, 20, 60, 150]);
}

function tagColumn(random: Random, names: Names, kind: KeyKind): ColumnPlan {
  const type = COLUMN_TYPES.int?.(random);
  if (type === undefined) throw new Error("no type for tags");
  const counted = kind === "tag" && random.chance(0.4) ? " AUTO_INCREMENT" : "";
  const definition = `INT NOT NULL${counted}`;
  return {
    name: names.next(),
    type: { ...type, definition: "INT", wider: [], pairs: [], defaults: [], nth: String, value: () => "0" },
    isNullable: false,
    isInvisible: false,
    definition,
  };
}

export function isAutoIncrement({ definition }: ColumnPlan): boolean {
  return definition.endsWith(" AUTO_INCREMENT");
}

function referenceColumn(names: Names): ColumnPlan {
  return {
    name: names.next(),
    type: { ...plainInteger, value: (values) => String(values.between(1, 5)), nth: (n) => String((n % 5) + 1) },
    isNullable: true,
    isInvisible: false,
    definition: "INT NULL",
  };
}

const plainInteger = {
  name: "int",
  definition: "INT",
  reading: "printed" as const,
  key: "whole" as const,
  cuts: true,
  pairs: [],
  defaults: [],
  wider: [],
};

function extraUnique(random: Random, names: Names, tag: ColumnPlan, hasPrimary: boolean): KeyPlan[] {
  if (!random.chance(0.3)) return [];
  const request = { name: names.index(), parts: [{ column: tag.name }], columns: [tag], kind: "UNIQUE KEY" as const };
  // MySQL takes the first one for the primary key where there is none, and that cannot be hidden.
  return [makeKey(random, { ...request, isHidden: hasPrimary && random.chance(0.3) })];
}

function shuffle<T>(random: Random, items: readonly T[]): T[] {
  return random.some(items, items.length);
}

interface Definition {
  readonly ref: TableRef;
  readonly columns: readonly ColumnPlan[];
  readonly keys: readonly KeyPlan[];
  readonly checks: readonly string[];
  readonly tag: string;
  readonly foreignKey: ForeignKeyPlan | undefined;
}

function createTable(
  random: Random,
  { ref, columns, keys, checks, tag, foreignKey }: Definition,
  partition = "",
): string {
  const lines = [
    ...columns.map(({ name, definition }) => `${quoteIdentifier(name)} ${definition}`),
    ...keys.map(({ definition }) => definition),
    ...checks.map((name) => `CONSTRAINT ${quoteIdentifier(name)} CHECK (${quoteIdentifier(tag)} > -100)`),
    ...(foreignKey === undefined ? [] : [foreignKeyText(random, foreignKey)]),
  ];
  return `CREATE TABLE ${quoteTable(ref)} (\n${lines.join(",\n")}\n) ${tableOptions(random)} ${partition}`;
}

export function foreignKeyText(random: Random, { name, column, parent, parentColumn }: ForeignKeyPlan): string {
  const rule = random.pick(["", " ON DELETE CASCADE", " ON DELETE SET NULL ON UPDATE CASCADE", " ON UPDATE RESTRICT"]);
  return `CONSTRAINT ${quoteIdentifier(name)} FOREIGN KEY (${quoteIdentifier(column)}) REFERENCES ${quoteTable(parent)} (${quoteIdentifier(parentColumn)})${rule}`;
}

function tableOptions(random: Random): string {
  const options = [
    ...(random.chance(0.2) ? [`COMMENT = ${quoteString(comment(random))}`] : []),
    ...(random.chance(0.15) ? [`ROW_FORMAT = ${random.pick(["COMPACT", "REDUNDANT", "DYNAMIC", "COMPRESSED"])}`] : []),
    ...(random.chance(0.15) ? [`STATS_PERSISTENT = ${random.pick([0, 1])}`] : []),
    ...(random.chance(0.15) ? [`DEFAULT CHARACTER SET ${random.pick(["latin1", "utf8mb3", "utf16"])}`] : []),
  ];
  return options.join(" ");
}
