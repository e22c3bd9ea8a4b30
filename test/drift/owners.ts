import { nameKey } from "@gtid-ferry/engine/mysql";
import type { Finding, TableRef } from "./model.js";

/** Kinds of findings about a part of a table. */
const OF_TABLE = new Set([
  ...["table", "table attributes", "column", "column attributes", "index", "foreign key", "foreign key columns"],
  ...["constraint", "constraint attributes", "partition", "statement of table"],
]);

/** Identifies what a person would say differs: a table for its columns, an account for its grants. */
export function ownerKey(kind: string, ...parts: readonly string[]): string {
  return nameKey([kind, ...parts]);
}

export function tableOwner({ schema, table }: TableRef): string {
  return ownerKey("table", schema, table);
}

/**
 * The owner of a finding; `checkOwner` tells the table of a check constraint, whose name does not. A view's columns are
 * listed with those of tables.
 */
export function ownerOf(
  { kind, parts }: Finding,
  views: ReadonlySet<string>,
  checkOwner: (schema: string, name: string) => string | undefined,
): string {
  const [first = "", second = ""] = parts;
  if (kind === "check constraint") return checkOwner(first, second) ?? ownerKey(kind, first, second);
  if (OF_TABLE.has(kind)) {
    const view = ownerKey("view", first, second);
    return views.has(view) ? view : ownerKey("table", first, second);
  }
  if (kind === "schema options") return ownerKey("schema", first);
  if (kind.startsWith("parameters of ")) return ownerKey(kind.slice("parameters of ".length), first, second);
  if (kind === "grants of") return ownerKey("account", first, second);
  return ownerKey(kind, ...parts);
}
