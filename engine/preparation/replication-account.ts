import { z } from "zod";
import { type Account, addressOf, type ConnectionOptions, MysqlServer, showStatement } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import type { SourcePreparationRequest } from "./desired-source.js";
import { generateReplicationPassword } from "./replication-password.js";
import { createAccountStatement, grantStatement, setPasswordStatement } from "./source-statements.js";

/** An account that replicas log in with, on the server that is the primary now. */
export interface ReplicationAccountRequest {
  readonly primary: ConnectionOptions;
  readonly account: Account;
  readonly requiresTls: boolean;
}

const accountRow = z.object({ isGranted: z.enum(["Y", "N"]).transform((value) => value === "Y") });

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
    const { exists } = await readAccountState(server, account);
    const first = exists
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
  const { isGranted } = await MysqlServer.with(primary, "primary", (server) => readAccountState(server, account));
  return isGranted;
}

export interface AccountState {
  readonly exists: boolean;
  /** Whether it has REPLICATION SLAVE. */
  readonly isGranted: boolean;
}

export async function readAccountState(server: MysqlServer, account: Account): Promise<AccountState> {
  const sql = "SELECT Repl_slave_priv AS isGranted FROM mysql.user WHERE User = ? AND Host = ?";
  const [row] = await server.query(sql, [account.user, account.host], accountRow);
  return { exists: row !== undefined, isGranted: row?.isGranted === true };
}

/**
 * Refuses another account from phase `replicate` on: to change it, the preparation is given back and made anew, which
 * breaks a running channel, and cannot be made on a source that is fenced.
 */
export function refuseAccountChange(
  before: Pick<SourcePreparationRequest, "source" | "replicationAccount">,
  wanted: Account,
  isReplicating: boolean,
): void {
  const { user, host } = before.replicationAccount;
  if (!isReplicating || (user === wanted.user && host === wanted.host)) return;
  throw new FerryError({
    failed: "changing the replication account",
    where: `source ${addressOf(before.source)}`,
    seen: `source and target replicate as ${user}@${host}, and ${wanted.user}@${wanted.host} is configured`,
    wanted: `${user}@${host} for as long as they replicate`,
    next: `set gtid-ferry:replicationUser to ${user} and gtid-ferry:replicationHost to ${host} again; for another account, go back to phase prepare first, pulumi up, then change it`,
  });
}
