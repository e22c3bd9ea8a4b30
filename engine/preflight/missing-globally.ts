import type { MysqlServer } from "../mysql/index.js";
import { holds, parseGrants } from "./grants.js";
import { observeGrantLines } from "./observe/accounts.js";

/** Those of the privileges that this session does not have on `*.*`. */
export async function missingGlobally(server: MysqlServer, privileges: readonly string[]): Promise<string[]> {
  const grants = parseGrants(await observeGrantLines(server));
  return privileges.filter((privilege) => !holds(grants, privilege, "global"));
}
