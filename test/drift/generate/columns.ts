import { quoteString } from "@gtid-ferry/engine/mysql";
import type { ColumnPlan } from "../model.js";
import type { Random } from "../random.js";
import { COLUMN_TYPES, type ColumnType } from "../types/index.js";
import type { Names } from "./names.js";

const TYPE_NAMES = Object.keys(COLUMN_TYPES);
const COMMENTS = [
  "a comment",
  'it\'s "quoted" `so`',
  "% ? # \\ ::",
  "☃ ä",
  "CREATE TABLE x",
  ") ENGINE=InnoDB AUTO_INCREMENT=7",
];

export function comment(random: Random): string {
  return random.pick(COMMENTS);
}

export interface ColumnWishes {
  /** Only types that a key may hold whole, and that rows can be told apart by. */
  readonly forKey?: boolean;
  readonly noGeometry?: boolean;
}

export function makeColumn(random: Random, names: Names, wishes: ColumnWishes = {}): ColumnPlan {
  const type = makeType(random, wishes);
  const isNullable = wishes.forKey !== true && random.chance(0.6);
  const isInvisible = random.chance(0.08);
  const attributes = [
    isNullable ? "NULL" : "NOT NULL",
    ...(type.defaults.length > 0 && random.chance(0.3) ? [`DEFAULT ${random.pick(type.defaults)}`] : []),
    ...(isInvisible ? ["INVISIBLE"] : []),
    ...(random.chance(0.1) ? [`COMMENT ${quoteString(comment(random))}`] : []),
  ];
  return {
    name: names.next(),
    type,
    isNullable,
    isInvisible,
    definition: `${type.definition} ${attributes.join(" ")}`,
  };
}

function makeType(random: Random, { forKey, noGeometry }: ColumnWishes): ColumnType {
  for (;;) {
    const made = COLUMN_TYPES[random.pick(TYPE_NAMES)]?.(random);
    if (made === undefined) throw new Error("a type without its maker");
    if (forKey === true && !(made.key === "whole" && made.cuts)) continue;
    if (noGeometry === true && isGeometry(made)) continue;
    return made;
  }
}

export function isGeometry({ name }: ColumnType): boolean {
  return /geom|point|linestring|polygon/.test(name);
}
