import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";
import type { Seen } from "../listing.js";
import type { AuthenticationPlugin, LoadedLibrary } from "../observation.js";
import { look } from "./bounded.js";

const libraryRow = z.object({
  kind: z.enum(["plugin", "component", "function"]),
  name: z.string(),
  type: z.string(),
  file: z.string(),
});
const authenticationRow = z.object({ plugin: z.string(), accounts: z.coerce.number(), isActive: z.coerce.number() });

/** What the server has loaded beside its own program, from files in its plugin directory. */
export function observeLibraries(server: MysqlServer): Promise<Seen<LoadedLibrary[]>> {
  return look(async () => {
    // Not sorted there: names of components are of type TEXT, which takes more memory than a session has for sorting.
    const rows = await server.query(
      `SELECT 'plugin' AS kind, PLUGIN_NAME AS name, PLUGIN_TYPE AS type, PLUGIN_LIBRARY AS file
         FROM information_schema.PLUGINS WHERE PLUGIN_LIBRARY IS NOT NULL AND PLUGIN_STATUS = 'ACTIVE'
       UNION ALL SELECT 'component', component_urn, '', component_urn FROM mysql.component
       UNION ALL SELECT 'function', name, '', dl FROM mysql.func`,
      [],
      libraryRow,
    );
    return rows.sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name));
  });
}

/** By which plugins accounts log in, and whether the server has them. */
export function observeAuthentication(server: MysqlServer): Promise<Seen<AuthenticationPlugin[]>> {
  return look(async () => {
    const rows = await server.query(
      `SELECT u.plugin AS plugin, COUNT(*) AS accounts,
              EXISTS (SELECT 1 FROM information_schema.PLUGINS p
                       WHERE p.PLUGIN_NAME = u.plugin AND p.PLUGIN_STATUS = 'ACTIVE') AS isActive
         FROM mysql.user u WHERE u.account_locked = 'N' GROUP BY u.plugin ORDER BY u.plugin`,
      [],
      authenticationRow,
    );
    return rows.map((row) => ({ ...row, isActive: row.isActive === 1 }));
  });
}

/** X Protocol connections since the server's start; 0 where it has no such plugin. */
export async function observeXConnections(server: MysqlServer): Promise<Seen<number>> {
  return look(async () => {
    const [row] = await server.query(
      "SELECT VARIABLE_VALUE AS accepted FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Mysqlx_connections_accepted'",
      [],
      z.object({ accepted: z.coerce.number() }),
    );
    return row?.accepted ?? 0;
  });
}
