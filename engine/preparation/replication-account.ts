import { z } from "zod";
import { type Account, type ConnectionOptions, MysqlServer, showStatement } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { generateReplicationPassword } from "./replication-password.js";
import { createAccountStatement, grantStatement, setPasswordStatement } from "./source-statements.js";

/** An account that replicas log in with, on the server that is the primary now. */
export interface ReplicationAccountRequest {
  readonly primary: ConnectionOptions;
  readonly account: Account;
  readonly requiresTls: boolean;
}

const existsRow = z.object({ found: z.coerce.number() });

/**
 * Makes the account, or gives it the password that is known of it; where none is known, a new one. Gives the password.
 * It reaches the replicas as any change does. Throws a FerryError where the primary cannot be reached or refuses it.
 */
export async function ensureReplicationAccount(
  { primary, account, requiresTls }: ReplicationAccountRequest,
  knownPassword: string | undefined,
  progress: Progress,
): Promise<string> {
  const password = knownPassword ?? generateReplicationPassword();
  await MysqlServer.with(primary, "primary", async (server) => {
    const first = (await accountExists(server, account))
      ? setPasswordStatement(account, password)
      : createAccountStatement(account, requiresTls, password);
    for (const step of [first, grantStatement(account)]) {
      progress(`${server.label}: ${showStatement(step)}`);
      await server.run(step);
    }
  });
  return password;
}

export async function hasReplicationAccount({ primary, account }: ReplicationAccountRequest): Promise<boolean> {
  return MysqlServer.with(primary, "primary", (server) => accountExists(server, account));
}

export async function accountExists(source: MysqlServer, account: Account): Promise<boolean> {
  const sql = "SELECT COUNT(*) AS found FROM mysql.user WHERE User = ? AND Host = ?";
  const { found } = await source.queryOne(sql, [account.user, account.host], existsRow);
  return found > 0;
}
