import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";
import type { Listing, Seen } from "../listing.js";
import type { EventOwner, LoginAccount, PlainSessions, SessionLogin } from "../observation.js";
import { listing, look, SELECT, TOTAL } from "./bounded.js";

const flag = z.enum(["Y", "N"]).transform((value) => value === "Y");
const count = z.coerce.number();
const loginRow = z.object({ user: z.string(), host: z.string(), account: z.string() });
const accountRow = z.object({
  user: z.string(),
  host: z.string(),
  isLocked: flag,
  isExpired: flag,
  expiresInDays: count.nullable(),
  isLimited: count.transform((value) => value !== 0),
});
const placeRow = z.object({ total: count, user: z.string(), host: z.string() });
const sessionsRow = z.object({ total: count, user: z.string(), sessions: count });
const ownerRow = z.object({
  total: count,
  schema: z.string(),
  name: z.string(),
  definer: z.string(),
  exists: count.transform((value) => value !== 0),
});

/** Who this session is, as the server sees it: the client's own name, and the account that it was matched to. */
export async function observeSessionLogin(server: MysqlServer): Promise<SessionLogin> {
  const row = await server.queryOne(
    `SELECT SUBSTRING_INDEX(USER(), '@', LENGTH(USER()) - LENGTH(REPLACE(USER(), '@', ''))) AS user,
            SUBSTRING_INDEX(USER(), '@', -1) AS host, CURRENT_USER() AS account`,
    [],
    loginRow,
  );
  const at = row.account.lastIndexOf("@");
  const account = { user: row.account.slice(0, at), host: row.account.slice(at + 1) };
  return { user: row.user, host: row.host, account };
}

/** The accounts that a login of one of these users could be matched to: their own, and the anonymous ones. */
export function observeLoginAccounts(server: MysqlServer, users: readonly string[]): Promise<Seen<LoginAccount[]>> {
  return look(() =>
    server.query(
      `SELECT User AS user, Host AS host, account_locked AS isLocked, password_expired AS isExpired,
              IF(COALESCE(password_lifetime, @@GLOBAL.default_password_lifetime) = 0, NULL,
                COALESCE(password_lifetime, @@GLOBAL.default_password_lifetime)
                  - TIMESTAMPDIFF(DAY, password_last_changed, NOW())) AS expiresInDays,
              (max_questions > 0 OR max_updates > 0 OR max_connections > 0 OR max_user_connections > 0) AS isLimited
         FROM mysql.user WHERE User IN (?)`,
      [["", ...users]],
      accountRow,
    ),
  );
}

/** Accounts that only some hosts may log in with; those of the server itself are left out. */
export function observePlacedAccounts(server: MysqlServer): Promise<Seen<Listing<{ user: string; host: string }>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, User AS user, Host AS host FROM mysql.user
      WHERE account_locked = 'N' AND Host NOT IN ('%', '') AND User NOT IN ('root', 'mysql.sys', 'mysql.session', 'mysql.infoschema')
      ORDER BY User, Host`,
    [],
    placeRow,
  );
}

/** Sessions of others that log in without TLS at this moment, by user. */
export function observePlainSessions(server: MysqlServer): Promise<Seen<Listing<PlainSessions>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, PROCESSLIST_USER AS user, COUNT(*) AS sessions FROM performance_schema.threads
      WHERE TYPE = 'FOREGROUND' AND CONNECTION_TYPE = 'TCP/IP' AND PROCESSLIST_USER IS NOT NULL
        AND PROCESSLIST_ID <> CONNECTION_ID()
      GROUP BY PROCESSLIST_USER`,
    [],
    sessionsRow,
  );
}

/** Accounts that may read and write files of the server's host. */
export function observeFileAccounts(server: MysqlServer): Promise<Seen<Listing<{ user: string; host: string }>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, User AS user, Host AS host FROM mysql.user
      WHERE File_priv = 'Y' AND account_locked = 'N' AND Super_priv = 'N' ORDER BY User, Host`,
    [],
    placeRow,
  );
}

/** Enabled events that belong to others than this session's account, and whether their definers are there. */
export function observeEventOwners(server: MysqlServer): Promise<Seen<Listing<EventOwner>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, e.EVENT_SCHEMA AS \`schema\`, e.EVENT_NAME AS name, e.DEFINER AS definer,
            EXISTS (SELECT 1 FROM mysql.user u WHERE CONCAT(u.User, '@', u.Host) = e.DEFINER) AS \`exists\`
       FROM information_schema.EVENTS e WHERE e.STATUS = 'ENABLED' AND e.DEFINER <> CURRENT_USER()
      ORDER BY \`exists\`, e.EVENT_SCHEMA, e.EVENT_NAME`,
    [],
    ownerRow,
  );
}
