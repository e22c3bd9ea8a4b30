import { z } from "zod";
import { type Account, ADMIN_SCHEMA, type MysqlServer, parseVersion, statementsFor } from "../mysql/index.js";
import { missingGrants } from "../preflight/index.js";
import { type ApplicationEvent, isDisabledByReplication } from "./application-event.js";

const flag = z.coerce.number().transform((value) => value === 1);
const eventRow = z.object({
  schema: z.string(),
  name: z.string(),
  definer: z.string(),
  status: z.string(),
  characterSetClient: z.string(),
  collationConnection: z.string(),
  databaseCollation: z.string(),
  schemaCollation: z.string(),
  mayHaveRun: flag,
});
const selfRow = z.object({ version: z.string(), account: z.string() });
const accountRow = z.object({ account: z.string(), isSystemUser: flag });

// EXECUTE_AT is in the event's own time zone; one that this server does not know gives NULL, which counts as over.
const EVENTS_SQL = `
  SELECT e.EVENT_SCHEMA AS \`schema\`, e.EVENT_NAME AS name, e.DEFINER AS definer, e.STATUS AS status,
    e.CHARACTER_SET_CLIENT AS characterSetClient, e.COLLATION_CONNECTION AS collationConnection,
    e.DATABASE_COLLATION AS databaseCollation, s.DEFAULT_COLLATION_NAME AS schemaCollation,
    (e.EVENT_TYPE = 'ONE TIME' AND e.ON_COMPLETION = 'PRESERVE'
      AND COALESCE(e.EXECUTE_AT <= CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', e.TIME_ZONE), TRUE)) AS mayHaveRun
  FROM information_schema.EVENTS e JOIN information_schema.SCHEMATA s ON s.SCHEMA_NAME = e.EVENT_SCHEMA
  WHERE e.EVENT_SCHEMA <> ? ORDER BY e.EVENT_SCHEMA, e.EVENT_NAME`;

/** Every event of an application, in the order of schema and name. */
export async function readEvents(server: MysqlServer): Promise<ApplicationEvent[]> {
  const rows = await server.query(EVENTS_SQL, [ADMIN_SCHEMA], eventRow);
  const events = rows.map(({ definer, ...event }) => ({ ...event, definer: parseDefiner(definer), account: definer }));
  const missing = await missingByDefiner(
    server,
    events.filter(isDisabledByReplication).map(({ account }) => account),
  );
  return events.map(({ account, ...event }) => ({ ...event, lacks: missing.get(account) ?? [] }));
}

/**
 * What the administrator lacks to name each of these accounts as a definer (MySQL manual, "Stored Object Access Control"):
 * the right to name others, SYSTEM_USER for one that has it, and from 8.2 on a right of its own for one that does not exist.
 */
async function missingByDefiner(server: MysqlServer, definers: readonly string[]): Promise<Map<string, string[]>> {
  const missing = new Map<string, string[]>();
  if (definers.length === 0) return missing;
  const self = await server.queryOne("SELECT @@version AS version, CURRENT_USER() AS account", [], selfRow);
  const namesOthers = statementsFor(parseVersion(self.version)).namesDefiners;
  const lacking = new Set(
    await missingGrants(server, [namesOthers, "SUPER", "SYSTEM_USER", "ALLOW_NONEXISTENT_DEFINER"], "global"),
  );
  const known = new Map(
    (
      await server.query(
        `SELECT CONCAT(u.User, '@', u.Host) AS account, EXISTS (SELECT 1 FROM mysql.global_grants g
           WHERE g.USER = u.User AND g.HOST = u.Host AND g.PRIV = 'SYSTEM_USER') AS isSystemUser FROM mysql.user u`,
        [],
        accountRow,
      )
    ).map(({ account, isSystemUser }) => [account, isSystemUser]),
  );
  for (const definer of new Set(definers)) {
    if (definer === self.account) continue;
    const isSystemUser = known.get(definer);
    const mayCreateOrphans =
      namesOthers === "SET_USER_ID" || !(lacking.has("SUPER") && lacking.has("ALLOW_NONEXISTENT_DEFINER"));
    missing.set(definer, [
      ...(lacking.has(namesOthers) && lacking.has("SUPER") ? [namesOthers] : []),
      ...(isSystemUser === true && lacking.has("SYSTEM_USER") ? ["SYSTEM_USER"] : []),
      ...(isSystemUser === undefined && !mayCreateOrphans ? ["ALLOW_NONEXISTENT_DEFINER"] : []),
    ]);
  }
  return missing;
}

/** `user@host` as information_schema prints it; a user name may hold an `@`, a host cannot. */
function parseDefiner(text: string): Account {
  const at = text.lastIndexOf("@");
  return { user: text.slice(0, at), host: text.slice(at + 1) };
}
