import { type Account, Secret, type Statement, statement } from "../mysql/index.js";
import type { OriginalSetting, SettingName } from "./ledger.js";

/**
 * Whatever the server's own rules are: a channel must not stop one day because nobody changed its password, and a
 * password that is set again is not a new one.
 */
const PASSWORD_RULES = "PASSWORD EXPIRE NEVER PASSWORD HISTORY 0 PASSWORD REUSE INTERVAL 0 DAY";

export function setStatement(name: SettingName, value: string): Statement {
  return statement(`SET PERSIST ${name} = ?`, /^\d+$/.test(value) ? Number(value) : value);
}

export function forgetStatement({ name, persisted }: OriginalSetting): Statement {
  return persisted === null ? statement(`RESET PERSIST IF EXISTS ${name}`) : setStatement(name, persisted);
}

export function createAccountStatement(account: Account, requiresTls: boolean, password: string): Statement {
  const sql = `CREATE USER ?@? IDENTIFIED WITH caching_sha2_password BY ?${requiresTls ? " REQUIRE SSL" : ""} ${PASSWORD_RULES}`;
  return statement(sql, account.user, account.host, new Secret(password));
}

export function setPasswordStatement(account: Account, password: string): Statement {
  const sql = `ALTER USER ?@? IDENTIFIED WITH caching_sha2_password BY ? ${PASSWORD_RULES}`;
  return statement(sql, account.user, account.host, new Secret(password));
}

export function grantStatement(account: Account): Statement {
  return statement("GRANT REPLICATION SLAVE ON *.* TO ?@?", account.user, account.host);
}

export function dropAccountStatement(account: Account): Statement {
  return statement("DROP USER IF EXISTS ?@?", account.user, account.host);
}
