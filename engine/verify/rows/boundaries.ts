import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";
import {
  fromRows,
  type KeyRange,
  type KeyValue,
  keySelect,
  keyValue,
  orderBy,
  prefixCondition,
  rangeCondition,
} from "../../tables/index.js";
import type { KeyedTable } from "./digest.js";
import { type KeyScale, keyScale } from "./key-scale.js";

const keyedRow = z.record(z.string(), z.string());
const planRow = z.looseObject({ rows: z.coerce.number().nullable() });

/** A range may have this many times more or fewer rows than wanted. */
const TOLERANCE = 2;
const TRIES = 8;
const GREATEST_GROWTH = 64n;

/**
 * Finds where a table's next range of about `rows` rows ends. Where a key's column has a scale, a place on it is chosen
 * and the optimizer asked how many rows come before: no row is read. Else they are counted along the index, which costs
 * a quarter to a half of the pass that follows.
 */
export class Boundaries {
  /** How many places held how many rows, as it was last. */
  private density: { readonly places: bigint; readonly rows: bigint } | undefined;

  constructor(
    private readonly server: MysqlServer,
    private readonly table: KeyedTable,
  ) {}

  /** The end of the range after `after`; undefined where all the rest is one. */
  async next(after: KeyValue | undefined, rows: number): Promise<KeyValue | undefined> {
    let prefix: KeyValue = after?.slice(0, -1) ?? [];
    let position = after?.at(-1);
    for (;;) {
      const found = await this.within(prefix, position, after, rows);
      if (found === "descend") {
        const first = await this.edge(prefix, position, "");
        if (first === undefined) continue;
        prefix = [...prefix, first];
        position = undefined;
      } else if (found !== "nothing left") {
        return found;
      } else if (prefix.length === 0) {
        return undefined;
      } else {
        position = prefix.at(-1);
        prefix = prefix.slice(0, -1);
      }
    }
  }

  /** The end among rows that begin with `prefix`, the next column behind `position`. */
  private async within(
    prefix: KeyValue,
    position: string | undefined,
    after: KeyValue | undefined,
    rows: number,
  ): Promise<KeyValue | undefined | "descend" | "nothing left"> {
    const [low, high] = [await this.edge(prefix, position, ""), await this.edge(prefix, position, " DESC")];
    if (low === undefined || high === undefined) return "nothing left";
    const column = this.table.key.columns[prefix.length];
    const scale = column === undefined ? undefined : keyScale(column, low, high);
    const chosen = scale === undefined ? "unknown" : await this.onScale(scale, prefix, after, rows);
    if (chosen === "whole") return prefix.length === 0 ? undefined : prefix;
    if (chosen !== "unknown") return chosen;
    return this.byCounting(prefix, after, rows);
  }

  private async onScale(
    { low, high, isExact, valueAt }: KeyScale,
    prefix: KeyValue,
    after: KeyValue | undefined,
    rows: number,
  ): Promise<KeyValue | "descend" | "nothing left" | "whole" | "unknown"> {
    const isLast = prefix.length === this.table.key.columns.length - 1;
    const whole = await this.estimate(after, prefix.length === 0 ? undefined : prefix);
    if (prefix.length > 0 && whole * TOLERANCE < rows) return "nothing left";
    if (whole <= rows * TOLERANCE) return "whole";
    const density = this.density ?? { places: high - low, rows: BigInt(whole) };
    const guess = (density.places * BigInt(rows)) / density.rows;
    let width = guess < 1n ? 1n : guess;
    let [most, least] = [high - low, 0n];
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (width > most) width = most;
      if (width < least) width = least;
      const boundary = [...prefix, valueAt(low + width)];
      const estimated = await this.estimate(after, boundary);
      if (estimated <= rows * TOLERANCE && (estimated * TOLERANCE >= rows || width >= most)) {
        this.density = { places: width, rows: BigInt(Math.max(estimated, 1)) };
        return boundary;
      }
      if (estimated > rows * TOLERANCE) {
        if (width <= least || width === 0n) break;
        most = width - 1n;
        width = (width * BigInt(rows)) / BigInt(estimated);
      } else {
        least = width + 1n;
        const growth = BigInt(Math.ceil(rows / Math.max(estimated, 1)));
        width *= growth > GREATEST_GROWTH ? GREATEST_GROWTH : growth;
      }
      if (least > most) break;
    }
    // What is left to try is one value with too many rows, or a scale that does not fit.
    if (isExact && !isLast && (await this.estimate(after, [...prefix, valueAt(low)])) > rows * TOLERANCE)
      return "descend";
    return "unknown";
  }

  private async byCounting(prefix: KeyValue, after: KeyValue | undefined, rows: number): Promise<KeyValue | undefined> {
    const end = prefix.length === 0 ? undefined : prefix;
    return (await readBoundary(this.server, this.table, { after, upTo: end }, rows)) ?? end;
  }

  /** The next column's first or last value among rows that begin with `prefix`, behind `position`. */
  private async edge(
    prefix: KeyValue,
    position: string | undefined,
    direction: "" | " DESC",
  ): Promise<string | undefined> {
    const { key } = this.table;
    const after = position === undefined ? undefined : [...prefix, position];
    const [row] = await this.server.query(
      `SELECT ${keySelect(key)} FROM ${this.from} WHERE ${prefixCondition(key, prefix)} AND ${rangeCondition(key, { after })} ORDER BY ${orderBy(key, direction)} LIMIT 1`,
      [],
      keyedRow,
    );
    return row === undefined ? undefined : keyValue(key, row)[prefix.length];
  }

  /** How many rows the optimizer expects, by dives into the index. */
  private async estimate(after: KeyValue | undefined, upTo: KeyValue | undefined): Promise<number> {
    const range: KeyRange = { after, upTo };
    const plan = await this.server.query(
      `EXPLAIN SELECT 1 FROM ${this.from} WHERE ${rangeCondition(this.table.key, range)}`,
      [],
      planRow,
    );
    return plan[0]?.rows ?? 0;
  }

  private get from(): string {
    return fromRows(this.table, this.table.key.name);
  }
}

/** The key of a range's row number `rows`; undefined when it has fewer. Counts along the index. */
export async function readBoundary(
  server: MysqlServer,
  table: KeyedTable,
  range: KeyRange,
  rows: number,
): Promise<KeyValue | undefined> {
  const { key } = table;
  const [row] = await server.query(
    `SELECT ${keySelect(key)} FROM ${fromRows(table, key.name)} WHERE ${rangeCondition(key, range)} ORDER BY ${orderBy(key)} LIMIT 1 OFFSET ${rows - 1}`,
    [],
    keyedRow,
  );
  return row === undefined ? undefined : keyValue(key, row);
}
