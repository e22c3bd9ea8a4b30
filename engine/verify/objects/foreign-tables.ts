import { z } from "zod";
import { showTable } from "../../mysql/index.js";
import type { Lane } from "../sessions.js";
import { OBJECT_KINDS } from "./kinds.js";
import { READ_OTHERWISE, whyNotCompared } from "./not-compared.js";

const tableRow = z.object({ schema: z.string(), table: z.string() });

/** Tables that somebody has put into the server's own schema, which is not compared: a line each. */
export async function listForeignTables({ primary }: Lane): Promise<string[]> {
  const rows = await primary.query(
    `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\` FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = 'mysql' AND TABLE_TYPE = 'BASE TABLE'`,
    [],
    tableRow,
  );
  return rows
    .filter((table) => !isKnown(`mysql.${table.table}`))
    .map((table) => `${showTable(table)} is not compared: it lies in a schema of the server's own`);
}

/** Whether a table of the server's own is compared, or there is a reason not to. */
export function isKnown(table: string): boolean {
  const isCompared = READ_OTHERWISE.includes(table) || OBJECT_KINDS.some(({ from }) => from === table);
  return isCompared || whyNotCompared(table) !== undefined;
}
