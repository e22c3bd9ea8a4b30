import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import type { ColumnPlan } from "../model.js";
import type { Random } from "../random.js";
import type { ColumnType } from "../types/index.js";
import type { Names } from "./names.js";

/** A column that MySQL computes from the table's tag, or from one of its columns. */
export function makeGenerated(random: Random, names: Names, tag: string, columns: readonly ColumnPlan[]): ColumnPlan {
  const kind = random.chance(0.5) ? "STORED" : "VIRTUAL";
  const { definition, like } = random.pick(expressions(tag, columns));
  return {
    name: names.next(),
    type: like,
    isNullable: true,
    isInvisible: false,
    generated: kind,
    definition: `${definition} ${kind}`,
  };
}

/** For a key: of whole numbers, stored, without NULL, each row's own. */
export function makeGeneratedKey(names: Names, tag: string): ColumnPlan {
  return {
    name: names.next(),
    type: typeOf("int"),
    isNullable: false,
    isInvisible: false,
    generated: "STORED",
    definition: `INT GENERATED ALWAYS AS (${quoteIdentifier(tag)} * 2 + 1) STORED NOT NULL`,
  };
}

/** As computed columns have it: MySQL computes another value where the expression is another one. */
export function otherExpression(column: ColumnPlan): string {
  return column.definition.replace(/AS \((.*)\) (STORED|VIRTUAL)/s, "AS (COALESCE($1, NULL)) $2");
}

interface Expression {
  readonly definition: string;
  readonly like: ColumnType;
}

function expressions(tag: string, columns: readonly ColumnPlan[]): Expression[] {
  const quoted = quoteIdentifier(tag);
  const number = (expression: string) => ({ definition: `INT AS (${expression})`, like: typeOf("int") });
  return [
    number(`${quoted} % 1000 + 1`),
    { definition: `VARCHAR(40) CHARACTER SET utf8mb4 AS (CONCAT('#', ${quoted}))`, like: typeOf("text") },
    ...columns.flatMap(({ name, type }) => {
      const own = quoteIdentifier(name);
      if (type.reading === "document")
        return [{ definition: `JSON AS (JSON_EXTRACT(${own}, '$.a'))`, like: typeOf("json") }];
      if (type.reading === "bytes" && type.key === "whole") return [number(`LENGTH(${own})`)];
      return [];
    }),
  ];
}

/** Only how its values are read matters: no value is ever written. */
function typeOf(name: string): ColumnType {
  return {
    name,
    definition: name.toUpperCase(),
    reading: name === "json" ? "document" : name === "text" ? "bytes" : "printed",
    key: name === "json" ? "none" : "whole",
    cuts: true,
    value: () => "DEFAULT",
    nth: () => "DEFAULT",
    pairs: [],
    defaults: [],
    wider: [],
  };
}
