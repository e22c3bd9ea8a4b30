import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import type { Finding, TablePlan, World } from "../../model.js";
import { ownerKey, tableOwner } from "../../owners.js";
import type { Random } from "../../random.js";

export interface Edit {
  readonly kind: string;
  readonly statements: readonly string[];
  readonly expected: readonly (readonly Finding[])[];
  /** Set where nobody may write to the table until the other side has it, too. */
  readonly changesShape?: true;
  /** Beside the table. */
  readonly owners?: readonly string[];
}

/** An edit of a table; undefined for one that does not allow it. */
export type Maker = (random: Random, table: TablePlan, world: World) => Edit | undefined;

export const alter = (table: TablePlan, ...actions: readonly string[]) => [
  `ALTER TABLE ${quoteTable(table)} ${actions.join(", ")}`,
];
export const quoted = quoteIdentifier;
export const part = (kind: string, { schema, table }: TablePlan, ...names: readonly string[]): Finding[] => [
  { kind, parts: [schema, table, ...names] },
];

export function oneOf<T>(random: Random, items: readonly T[]): T | undefined {
  return items.length === 0 ? undefined : random.pick(items);
}

/** What else differs by a table's columns: programs are bound to it. */
export function bound(table: TablePlan, { programs, tables }: World): string[] {
  const isIts = (one: { schema: string; table: string } | undefined) =>
    one?.schema === table.schema && one.table === table.table;
  return [
    ...programs.filter((program) => isIts(program.table)).map(({ kind, schema, name }) => ownerKey(kind, schema, name)),
    ...tables.filter((one) => isIts(one.foreignKey?.parent)).map(tableOwner),
  ];
}

export function tagDefinition({ columns, tag }: TablePlan): string {
  return columns.find(({ name }) => name === tag)?.definition ?? "INT NOT NULL";
}
