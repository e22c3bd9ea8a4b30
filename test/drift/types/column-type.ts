import type { Random } from "../random.js";

/** How a stored value is read so that two of them are the same text if and only if they are the same. */
export type Reading = "printed" | "floating" | "numbered" | "bytes" | "document";

/** One column's type, with all that generators know of it. Values are expressions of SQL. */
export interface ColumnType {
  /** As information_schema has it, e.g. `varchar`. */
  readonly name: string;
  /** Type, character set, collation and other attributes that belong to it, e.g. `VARCHAR(9) CHARACTER SET latin1`. */
  readonly definition: string;
  readonly reading: Reading;
  /** Whole: may be a part of a key as it is; prefix: only with a length; none: not at all. */
  readonly key: "whole" | "prefix" | "none";
  /** Whether a table may be cut into ranges by it. */
  readonly cuts: boolean;
  value(random: Random): string;
  /** For keys: different for different `n` as a rule, in another order than theirs where that is easily made. */
  nth(n: number): string;
  /** Two values that differ as little as two can. */
  readonly pairs: readonly (readonly [one: string, other: string])[];
  /** Literals that DEFAULT takes; of other expressions, in brackets. */
  readonly defaults: readonly string[];
  /** The same with more room or another attribute, so that every value stays what it is. */
  readonly wider: readonly string[];
  /** Characters, for an index over the first of them. */
  readonly prefixLength?: number;
  /** What partitions may be made by. */
  readonly partitionBy?: "integer" | "columns";
}

/** Makes a type with parameters of its own. */
export type TypeMaker = (random: Random) => ColumnType;

/** Numbers from 0 to 9,999 in another order than their own. */
export function shuffled(n: number): number {
  return (n * 7919) % 10_000;
}
