import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";
import type { Listing, Seen } from "../listing.js";
import type { AccountPlugin } from "../observation.js";
import { listing, look, SELECT, TOTAL } from "./bounded.js";

const accountRow = z.object({ user: z.string(), host: z.string(), plugin: z.string() });
const grantRow = z.record(z.string(), z.string());

export function observeNativePasswordAccounts(server: MysqlServer): Promise<Seen<Listing<AccountPlugin>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, User AS user, Host AS host, plugin FROM mysql.user
      WHERE plugin = 'mysql_native_password' AND NOT (account_locked = 'Y' AND authentication_string = '')`,
    [],
    accountRow.extend({ total: z.coerce.number() }),
  );
}

export function observeAccountsNamed(server: MysqlServer, user: string): Promise<Seen<AccountPlugin[]>> {
  return look(() =>
    server.query("SELECT User AS user, Host AS host, plugin FROM mysql.user WHERE User = ?", [user], accountRow),
  );
}

/** Without FOR, SHOW GRANTS merges in the privileges of the session's active roles. */
export async function observeGrantLines(server: MysqlServer): Promise<string[]> {
  const rows = await server.query("SHOW GRANTS", [], grantRow);
  return rows.flatMap((row) => Object.values(row));
}
