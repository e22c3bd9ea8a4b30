import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import { Names } from "../generate/names.js";
import type { Change, LoadClient, LoadPlan, TablePlan, World } from "../model.js";
import { ownerKey, tableOwner } from "../owners.js";
import type { Random } from "../random.js";

const PAUSE_MILLISECONDS = 20;

/** Clients that make, rename and drop what no change has touched. */
export function definitionClients(random: Random, world: World, changes: readonly Change[]): LoadPlan {
  const schema = `${new Names(random).next()}{x}`.replace("{x}", " staging");
  const client = (steps: readonly string[], isOnce = false): LoadClient => ({
    steps: steps.map((sql) => ({ sql })),
    pauseMilliseconds: PAUSE_MILLISECONDS,
    ...(isOnce ? { isOnce: true as const } : {}),
  });
  const makers: (() => { clients: LoadClient[]; altered?: string[] })[] = [
    () => ({
      clients: [client(staging(quoteIdentifier(schema)))],
      altered: [ownerKey("view", schema, "current"), tableOwner({ schema, table: "same name" })],
    }),
    () => ({ clients: [client(leases(quoteIdentifier(schema)))] }),
    () => ({ clients: [client(programs(quoteIdentifier(schema)))], altered: [ownerKey("function", schema, "f")] }),
    () => ({ clients: [client(schemas)] }),
    () => ({ clients: [client(exchanges(quoteIdentifier(schema)), true)] }),
    () => altering(random, world.tables, changes, client),
  ];
  const chosen = random.some(makers, random.between(1, 2)).map((make) => make());
  const clients = chosen.flatMap((one) => one.clients);
  return {
    clients,
    altered: chosen.flatMap(({ altered }) => altered ?? []),
    prepare: [`CREATE SCHEMA ${quoteIdentifier(schema)}`],
  };
}

function staging(schema: string): string[] {
  return [
    `CREATE TABLE ${schema}.\`stg {n}\` (id INT PRIMARY KEY, v INT)`,
    `INSERT INTO ${schema}.\`stg {n}\` VALUES (1, {n}), (2, 2)`,
    `RENAME TABLE ${schema}.\`stg {n}\` TO ${schema}.\`old.{n}\``,
    `CREATE OR REPLACE VIEW ${schema}.current AS SELECT id FROM ${schema}.\`old.{n}\``,
    `ALTER TABLE ${schema}.\`old.{n}\` ADD COLUMN w INT`,
    `TRUNCATE TABLE ${schema}.\`old.{n}\``,
    `DROP VIEW ${schema}.current`,
    `CREATE TABLE ${schema}.\`same name\` (id INT PRIMARY KEY)`,
    `DROP TABLE ${schema}.\`same name\``,
    `DROP TABLE ${schema}.\`old.{n}\``,
  ];
}

/** Short-lived credentials. */
function leases(schema: string): string[] {
  return [
    "CREATE USER 'v-app-{n}'@'%' IDENTIFIED BY 'x'",
    `GRANT SELECT, INSERT ON ${schema}.* TO 'v-app-{n}'@'%'`,
    "ALTER USER 'v-app-{n}'@'%' ACCOUNT LOCK",
    "DROP USER 'v-app-{n}'@'%'",
  ];
}

function programs(schema: string): string[] {
  return [
    `CREATE PROCEDURE ${schema}.\`p{n}\`(IN a INT) SELECT a`,
    `CREATE FUNCTION ${schema}.\`f\`(a INT) RETURNS INT DETERMINISTIC RETURN {n}`,
    `CREATE EVENT ${schema}.\`e{n}\` ON SCHEDULE EVERY 1 DAY STARTS '2040-01-01' DO DO 1`,
    `ALTER EVENT ${schema}.\`e{n}\` RENAME TO ${schema}.\`e'{n}\``,
    `DROP PROCEDURE ${schema}.\`p{n}\``,
    `DROP FUNCTION ${schema}.f`,
    `DROP EVENT ${schema}.\`e'{n}\``,
  ];
}

const schemas = [
  "CREATE SCHEMA `tmp {n}`",
  "CREATE TABLE `tmp {n}`.t (a INT)",
  "INSERT INTO `tmp {n}`.t VALUES (1), (1)",
  "DROP SCHEMA `tmp {n}`",
];

/** A single time: where it happens all the time, the comparison gives up, and says so. */
function exchanges(schema: string): string[] {
  const table = `${schema}.parted`;
  return [
    `CREATE TABLE ${table} (id INT PRIMARY KEY, v INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
    `CREATE TABLE ${schema}.plain (id INT PRIMARY KEY, v INT)`,
    `INSERT INTO ${table} VALUES (1, 1), (11, 11)`,
    `INSERT INTO ${schema}.plain VALUES (2, 2)`,
    `ALTER TABLE ${table} EXCHANGE PARTITION p0 WITH TABLE ${schema}.plain`,
  ];
}

/** One table is altered again and again: also one with changed rows, in a way that leaves them. */
function altering(
  random: Random,
  tables: readonly TablePlan[],
  changes: readonly Change[],
  client: (steps: readonly string[]) => LoadClient,
) {
  const defined = new Set(
    changes
      .filter(({ reserves }) => reserves.table === undefined || reserves.rows === "table" || !isOfRows(reserves.rows))
      .flatMap(({ owners }) => owners),
  );
  const schemas_ = new Set(changes.flatMap(({ reserves }) => reserves.schemas ?? []));
  const free = tables.filter((table) => !defined.has(tableOwner(table)) && !schemas_.has(table.schema));
  if (free.length === 0) return { clients: [] };
  const table = random.pick(free);
  const name = quoteTable(table);
  const steps = random.pick([
    [`ALTER TABLE ${name} ADD COLUMN \`c{n}\` INT`, `ALTER TABLE ${name} DROP COLUMN \`c{n}\``],
    [`ALTER TABLE ${name} COMMENT = 'round {n}'`],
    [`ALTER TABLE ${name} FORCE`],
    [`ALTER TABLE ${name} ADD KEY \`i{n}\` (${quoteIdentifier(table.tag)})`, `ALTER TABLE ${name} DROP KEY \`i{n}\``],
  ]);
  return { clients: [client(steps)], altered: [tableOwner(table)] };
}

function isOfRows(rows: unknown): boolean {
  return rows === "all rows" || (Array.isArray(rows) && rows.length > 0);
}
