import type { MysqlServer } from "../mysql/index.js";
import { holds, type PrivilegeScope, parseGrants } from "./grants.js";
import { observeGrantLines } from "./observe/accounts.js";

/** Those of the privileges that this session does not have for all of the scope. */
export async function missingGrants(
  server: MysqlServer,
  privileges: readonly string[],
  scope: PrivilegeScope,
): Promise<string[]> {
  const grants = parseGrants(await observeGrantLines(server));
  return privileges.filter((privilege) => !holds(grants, privilege, scope));
}
