import { isIP } from "node:net";
import { z } from "zod";
import { FerryError } from "../operation/index.js";
import { matchAccount } from "./account-match.js";
import { codeOf } from "./connection-error.js";
import type { ConnectionOptions } from "./connection-options.js";
import { type Account, quoteAccount } from "./quoting.js";
import { MysqlServer } from "./server.js";

/** Answers of a server that is there and will not let this login in, however long one waits; as mysql2 names them. */
const DEFINITE: ReadonlySet<string | undefined> = new Set([
  "ER_ACCESS_DENIED_ERROR",
  "ER_ACCESS_DENIED_NO_PASSWORD_ERROR",
  "ER_DBACCESS_DENIED_ERROR",
  "ER_HOST_NOT_PRIVILEGED",
  "ER_HOST_IS_BLOCKED",
  "ER_NOT_SUPPORTED_AUTH_MODE",
  "ER_PLUGIN_IS_NOT_LOADED",
  "ER_MUST_CHANGE_PASSWORD",
  "ER_MUST_CHANGE_PASSWORD_LOGIN",
  "ER_ACCOUNT_HAS_BEEN_LOCKED",
  "ER_USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK",
  "ER_SECURE_TRANSPORT_REQUIRED",
  "HANDSHAKE_NO_SSL_SUPPORT",
]);

/** Whether a server has answered a login with a refusal that waiting does not change. */
export function isDefiniteRefusal(error: unknown): boolean {
  return DEFINITE.has(codeOf(error instanceof FerryError ? error.cause : error));
}

/** Where accounts are read that a server has a copy of. */
export type AccountsOf = ConnectionOptions | undefined;

const accountRow = z.object({ user: z.string(), host: z.string() });

/**
 * The error of a login that was refused by a server on restored data, with the account that the server took for it: the
 * accounts came with the data, so `source` still has them. Where they cannot be read, the error as it was.
 */
export async function explainRefusal(login: ConnectionOptions, source: AccountsOf, error: unknown): Promise<unknown> {
  if (!(error instanceof FerryError) || source === undefined) return error;
  const { seen } = error.problem;
  let taken: Account | undefined;
  try {
    taken = await MysqlServer.with(source, "source", (server) => readTakenAccount(server, login.user, seen));
  } catch {
    // The refusal is what matters; this would only have explained it.
    return error;
  }
  if (taken === undefined) return error;
  const where = `of the accounts that came with the data it takes ${takenText(taken, login.user)}`;
  return new FerryError(
    { ...error.problem, seen: `${seen}; ${where}`, next: adviceFor(taken, login) },
    { cause: error.cause },
  );
}

/**
 * The account that a server with `server`'s accounts takes for a user's login which was refused with `message`; undefined
 * where it has none, or the message names no client.
 */
export async function readTakenAccount(
  server: MysqlServer,
  user: string,
  message: string,
): Promise<Account | undefined> {
  const client = clientOf(message);
  return client && matchAccount(await readAccounts(server), { user, ...client });
}

function readAccounts(server: MysqlServer): Promise<Account[]> {
  return server.query("SELECT User AS user, Host AS host FROM mysql.user", [], accountRow);
}

/** The client's host as the server names it in `... for user 'u'@'h' ...`. */
function clientOf(message: string): { readonly ip: string; readonly hostNames: readonly string[] } | undefined {
  const host = / for user '.*'@'([^']*)'/.exec(message)?.[1];
  if (host === undefined) return undefined;
  if (isIP(host) !== 0) return { ip: host, hostNames: [] };
  return { ip: host === "localhost" ? "127.0.0.1" : "", hostNames: [host] };
}

/** Names it, and says so where it is another user's than the one that logs in. */
export function takenText(taken: Account, user: string): string {
  const named = taken.user === user ? "" : `, which is not ${user}'s: its host is the most specific one that matches`;
  return `${quoteAccount(taken)} for this login${named}`;
}

function adviceFor(taken: Account, { user }: ConnectionOptions): string {
  const account = quoteAccount(taken);
  if (taken.user === user) {
    return `it has the password that ${account} had when the backup was taken: take a new backup (gtid-ferry:backupTrigger) where it was changed since`;
  }
  return `DROP USER ${account} on the source where nobody needs it, then restore again from a new backup; or let the target have the source's skip_name_resolve`;
}
