import { nameKey } from "@gtid-ferry/engine/mysql";
import type { ServerSide, TablePlan } from "../model.js";
import type { DefinitionsState } from "../run/state-of-definitions.js";
import type { StoredRow } from "../run/state-of-rows.js";

export type Both<T> = Readonly<Record<ServerSide, T>>;

/** How one row differs, seen from the replica. */
export interface RowDifference {
  /** `nameKey` of the row's key. */
  readonly key: string;
  readonly verdict: "missing" | "surplus" | "different";
}

/** What of one table's rows differs. */
export type RowTruth =
  | { readonly kind: "copies"; readonly missing: number; readonly surplus: number }
  /** By each key that the rows may be told apart by. */
  | { readonly kind: "rows"; readonly byKey: Readonly<Record<string, readonly RowDifference[]>> };

/** What differs between the two servers, found out without the comparison. */
export interface Truth {
  /** Owners of definitions that differ, are missing or surplus. */
  readonly definitions: ReadonlySet<string>;
  /** By the table's owner key; tables of which both servers have the same rows are left out. */
  readonly rows: ReadonlyMap<string, RowTruth>;
}

export function differingDefinitions({ primary, replica }: Both<DefinitionsState>): Set<string> {
  const owners = new Set([...primary.definitions.keys(), ...replica.definitions.keys()]);
  return new Set([...owners].filter((owner) => primary.definitions.get(owner) !== replica.definitions.get(owner)));
}

/** Undefined where both have the same rows. */
export function differingRows(table: TablePlan, rows: Both<readonly StoredRow[]>): RowTruth | undefined {
  const keys = table.keys.filter(({ tellsApart }) => tellsApart).map(({ name }) => name);
  if (keys.length === 0) {
    const counts = copyCounts(rows);
    const missing = counts.reduce((sum, count) => sum + Math.max(0, count), 0);
    const surplus = counts.reduce((sum, count) => sum + Math.max(0, -count), 0);
    return missing + surplus === 0 ? undefined : { kind: "copies", missing, surplus };
  }
  const byKey = Object.fromEntries(keys.map((key) => [key, differingBy(key, rows)]));
  return Object.values(byKey).every((found) => found.length === 0) ? undefined : { kind: "rows", byKey };
}

/** How many more copies the primary has of each row. */
function copyCounts({ primary, replica }: Both<readonly StoredRow[]>): number[] {
  const counts = new Map<string, number>();
  for (const { content } of primary) counts.set(content, (counts.get(content) ?? 0) + 1);
  for (const { content } of replica) counts.set(content, (counts.get(content) ?? 0) - 1);
  return [...counts.values()];
}

function differingBy(key: string, rows: Both<readonly StoredRow[]>): RowDifference[] {
  const contents = (stored: readonly StoredRow[]) =>
    new Map(stored.map((row) => [nameKey(row.keys[key] ?? []), row.content]));
  const [one, other] = [contents(rows.primary), contents(rows.replica)];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((value): RowDifference[] => {
    const [before, after] = [one.get(value), other.get(value)];
    if (before === after) return [];
    return [{ key: value, verdict: after === undefined ? "missing" : before === undefined ? "surplus" : "different" }];
  });
}

/** Whether two looks with the load between them found the same; else the case does not know what it changed. */
export function isSameTruth(one: Truth, other: Truth, altered: ReadonlySet<string>): boolean {
  const text = ({ definitions, rows }: Truth) =>
    JSON.stringify([
      [...definitions].filter((owner) => !altered.has(owner)).sort(),
      [...rows].sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
  return text(one) === text(other);
}
