import { ADMIN_SCHEMA, type MysqlServer, tableKey } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { missingGrants } from "../preflight/index.js";
import { quoteTable } from "../tables/index.js";
import type { RepairBatch } from "./repair/repair-plan.js";

/** MySQL simply hides what an account may not see: without these, two servers could look equal that are not. */
const NEEDED = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT", "PROCESS"];

/** An error that names the missing privileges, unless the session sees everything that is compared. */
export async function assertSeesAll(server: MysqlServer): Promise<void> {
  const missing = await missingGrants(server, NEEDED, "global");
  if (missing.length === 0) return;
  throw new FerryError({
    failed: "comparing the data",
    where: server.label,
    seen: `the administrator lacks ${missing.join(", ")} ON *.*`,
    wanted: "an account that sees every row, view, trigger and event",
    next: `GRANT ${missing.join(", ")} ON *.* to the administrator there`,
  });
}

/** An error that names the privileges which a repair of these tables lacks on the primary. */
export async function assertMayRepair(primary: MysqlServer, batches: readonly RepairBatch[]): Promise<void> {
  const tables = new Map(batches.map(({ table }) => [tableKey(table), table]));
  const needs = [
    { privileges: ["CREATE TEMPORARY TABLES"], scope: { schema: ADMIN_SCHEMA }, on: `${ADMIN_SCHEMA}.*` },
    ...[...tables.values()].map(({ schema, table }) => ({
      // Holding rows for the transaction asks for UPDATE.
      privileges: ["INSERT", "UPDATE", "DELETE"],
      scope: { schema, table },
      on: quoteTable({ schema, table }),
    })),
  ];
  const missing: string[] = [];
  for (const { privileges, scope, on } of needs) {
    const lacking = await missingGrants(primary, privileges, scope);
    if (lacking.length > 0) missing.push(`${lacking.join(", ")} ON ${on}`);
  }
  if (missing.length === 0) return;
  throw new FerryError({
    failed: "repairing the differing rows",
    where: primary.label,
    seen: `the administrator lacks ${missing.join("; ")}`,
    wanted: "an account that may take those rows out and put them back",
    next: missing.map((grant) => `GRANT ${grant}`).join("; "),
  });
}
