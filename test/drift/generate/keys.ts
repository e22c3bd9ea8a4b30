import { quoteIdentifier, quoteString } from "@gtid-ferry/engine/mysql";
import type { ColumnPlan, KeyPart, KeyPlan } from "../model.js";
import type { Random } from "../random.js";
import { comment, makeColumn } from "./columns.js";
import { makeGeneratedKey } from "./generated.js";
import type { Names } from "./names.js";

/** How a table's rows can be told apart, or cannot. */
export const KEY_KINDS = [
  ...["single", "single", "composite", "composite", "tag", "unique", "unique", "generated"],
  ...["none", "none", "generated invisible", "uncut", "prefix"],
] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

export interface KeyChoice {
  /** Beside the table's other columns. */
  readonly columns: readonly ColumnPlan[];
  readonly keys: readonly KeyPlan[];
}

interface KeyRequest {
  readonly name: string;
  readonly parts: readonly KeyPart[];
  readonly columns: readonly ColumnPlan[];
  readonly kind: "PRIMARY KEY" | "UNIQUE KEY" | "KEY";
  readonly isHidden?: boolean;
  readonly text?: string;
}

/** The main key of a table, with the columns that it needs. */
export function makeMainKey(
  random: Random,
  names: Names,
  kind: KeyKind,
  tag: ColumnPlan,
  noGeometry: boolean,
): KeyChoice {
  const column = (forKey: boolean) => makeColumn(random, names, { forKey, noGeometry });
  const chosen = (columns: readonly ColumnPlan[]): KeyChoice => {
    const all = random.chance(0.4) && !columns.includes(tag) ? [...columns, tag] : columns;
    const parts = all.map(({ name }) => ({ column: name, isDescending: random.chance(0.15) }));
    const isPrimary = kind !== "unique";
    const name = isPrimary ? "PRIMARY" : names.index();
    const key = makeKey(random, { name, parts, columns: all, kind: isPrimary ? "PRIMARY KEY" : "UNIQUE KEY" });
    return { columns, keys: [key] };
  };
  switch (kind) {
    case "single":
      return chosen([column(true)]);
    case "composite":
    case "unique":
      return chosen(Array.from({ length: random.between(1, 3) }, () => column(true)));
    case "generated":
      return chosen([makeGeneratedKey(names, tag.name)]);
    case "tag":
      return { ...chosen([tag]), columns: [] };
    case "uncut": {
      const uncut = uncutColumn(random, names);
      const parts = [{ column: uncut.name }];
      const primary = makeKey(random, { name: "PRIMARY", parts, columns: [uncut], kind: "PRIMARY KEY" });
      return { columns: [uncut], keys: [primary, unfit(random, names, tag)] };
    }
    case "prefix":
      return prefixKey(random, names, noGeometry);
    case "none":
      return { columns: [], keys: random.chance(0.3) ? [overExpression(random, names, tag)] : [] };
    case "generated invisible":
      return { columns: [], keys: [] };
  }
}

/** Indexes that have nothing to do with telling rows apart. */
export function makeIndexes(
  random: Random,
  names: Names,
  columns: readonly ColumnPlan[],
  isPartitioned: boolean,
): KeyPlan[] {
  const found: KeyPlan[] = [];
  for (const column of random.some(columns, 3)) {
    const { type, name } = column;
    const isText = type.reading === "bytes" && /char|text/.test(type.name) && !/binary/.test(type.definition);
    const whole = type.key === "whole" ? [{ column: name, isDescending: random.chance(0.2) }] : undefined;
    const first = type.prefixLength === undefined ? undefined : [{ column: name, length: type.prefixLength }];
    const parts = random.pick([whole, first, first ?? whole]);
    if (isText && !isPartitioned && random.chance(0.15) && canSearch(column)) {
      found.push({ ...fulltext(names, column) });
    } else if (parts !== undefined) {
      found.push(
        makeKey(random, { name: names.index(), parts, columns: [column], kind: "KEY", isHidden: random.chance(0.2) }),
      );
    }
  }
  if (random.chance(0.15)) found.push(expressionIndex(random, names, columns));
  return found;
}

export function makeKey(random: Random, { name, parts, columns, kind, isHidden, text }: KeyRequest): KeyPlan {
  const isUnique = kind !== "KEY";
  const written = parts.map(
    ({ column, length, isDescending }) =>
      `${quoteIdentifier(column)}${length === undefined ? "" : `(${length})`}${isDescending === true ? " DESC" : ""}`,
  );
  const options = [
    ...(isHidden === true ? ["INVISIBLE"] : []),
    ...(random.chance(0.15) ? [`COMMENT ${quoteString(comment(random))}`] : []),
  ];
  const head = kind === "PRIMARY KEY" ? kind : `${kind} ${quoteIdentifier(name)}`;
  const isWhole = columns.every((column) => !column.isNullable && column.type.cuts && column.generated !== "VIRTUAL");
  const hasPrefix = parts.some(({ length }) => length !== undefined);
  return {
    name,
    isUnique,
    parts,
    definition: [head, text ?? `(${written.join(", ")})`, ...options].join(" "),
    tellsApart: isUnique && isHidden !== true && isWhole && !hasPrefix && text === undefined,
  };
}

/** Unique, and of no use: nobody may use it, or it is over an expression. */
function unfit(random: Random, names: Names, tag: ColumnPlan): KeyPlan {
  if (random.chance(0.5)) return overExpression(random, names, tag);
  const parts = [{ column: tag.name }];
  return makeKey(random, { name: names.index(), parts, columns: [tag], kind: "UNIQUE KEY", isHidden: true });
}

function overExpression(random: Random, names: Names, tag: ColumnPlan): KeyPlan {
  const text = `((${quoteIdentifier(tag.name)} + 1))`;
  return makeKey(random, { name: names.index(), parts: [], columns: [tag], kind: "UNIQUE KEY", text });
}

function prefixKey(random: Random, names: Names, noGeometry: boolean): KeyChoice {
  for (;;) {
    const column = makeColumn(random, names, { noGeometry });
    const length = column.type.prefixLength;
    if (length === undefined || column.isNullable) continue;
    const parts = [{ column: column.name, length }];
    return {
      columns: [column],
      keys: [makeKey(random, { name: "PRIMARY", parts, columns: [column], kind: "PRIMARY KEY" })],
    };
  }
}

function uncutColumn(random: Random, names: Names): ColumnPlan {
  for (;;) {
    const column = makeColumn(random, names);
    if (column.type.key === "whole" && !column.type.cuts && !column.isNullable) return column;
  }
}

function canSearch({ type }: ColumnPlan): boolean {
  return /utf8mb4|latin1/.test(type.definition);
}

function fulltext(names: Names, { name }: ColumnPlan): KeyPlan {
  const own = names.index();
  return {
    name: own,
    isUnique: false,
    parts: [{ column: name }],
    definition: `FULLTEXT KEY ${quoteIdentifier(own)} (${quoteIdentifier(name)})`,
    tellsApart: false,
  };
}

function expressionIndex(random: Random, names: Names, columns: readonly ColumnPlan[]): KeyPlan {
  const column = columns.find(
    ({ type, generated }) => generated === undefined && /^(tiny|small|medium)?int$/.test(type.name),
  );
  const expression = column === undefined ? "1 + 1" : `${quoteIdentifier(column.name)} + 1`;
  return makeKey(random, { name: names.index(), parts: [], columns: [], kind: "KEY", text: `((${expression}))` });
}
