import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import type { AccountPlan, TablePlan, World } from "../model.js";
import type { Random } from "../random.js";
import { makeAccount } from "./accounts.js";
import { Names } from "./names.js";
import { makePrograms } from "./programs.js";
import { makeTable } from "./table.js";

/** A few schemas with tables, programs and accounts. */
export function makeWorld(random: Random): World {
  const schemaNames = new Names(random.fork("schemas"));
  const schemas = Array.from({ length: random.pick([1, 1, 2]) }, () => schemaNames.schema());
  const schemaStatements = schemas.map(
    (name) =>
      `CREATE SCHEMA ${quoteIdentifier(name)}${random.pick(["", " CHARACTER SET latin1", " COLLATE utf8mb4_bin"])}`,
  );
  const names = new Map(schemas.map((schema) => [schema, new Names(random.fork(`in ${schema}`))]));
  const constraintNames = new Names(random.fork("constraints"));
  const tables: TablePlan[] = [];
  const next = (index: number, wishes: { isParent?: boolean; parent?: TablePlan } = {}) => {
    const schema = random.pick(schemas);
    // Names of tables and schemas have a case: such a pair is two tables.
    const twin = tables.map(({ table }) => (table === table.toUpperCase() ? table.toLowerCase() : table.toUpperCase()));
    const free = twin.filter((name) => tables.every(({ table }) => table !== name));
    const table = free.length > 0 && random.chance(0.15) ? random.pick(free) : (names.get(schema)?.next() ?? "");
    const isBig = wishes.isParent !== true && wishes.parent === undefined && random.chance(0.2);
    tables.push(makeTable(random.fork(`table ${index}`), { schema, table }, { ...wishes, isBig, constraintNames }));
  };
  for (let index = random.between(1, 3); index > 0; index -= 1) next(index);
  if (random.chance(0.2)) {
    next(100, { isParent: true });
    const parent = tables.at(-1);
    if (parent !== undefined) next(101, { parent });
  }
  const programs = makePrograms(random.fork("programs"), names, tables, random.below(5));
  const accounts: AccountPlan[] = [];
  for (let index = random.below(4); index > 0; index -= 1)
    accounts.push(makeAccount(random.fork(`account ${index}`), index, { tables, programs, accounts }));
  return { schemas, schemaStatements, tables, programs, accounts };
}
