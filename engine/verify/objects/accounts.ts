import { createHash } from "node:crypto";
import { z } from "zod";
import { type MysqlServer, quoteAccount, showName } from "../../mysql/index.js";
import type { Attributes, Catalogue } from "./catalogue.js";
import { objectKey } from "./object-name.js";

/** Made by mysqld itself, locked, and not the same in all releases. */
const SYSTEM_ACCOUNTS = ["mysql.sys", "mysql.session", "mysql.infoschema"];

/** Columns of mysql.user that are privileges, by the names that GRANT takes. */
const STATIC_PRIVILEGES: Readonly<Record<string, string>> = {
  Repl_slave_priv: "REPLICATION SLAVE",
  Repl_client_priv: "REPLICATION CLIENT",
  Show_db_priv: "SHOW DATABASES",
  Create_tmp_table_priv: "CREATE TEMPORARY TABLES",
  Grant_priv: "GRANT OPTION",
};

/** Set by each server when it stores a password by itself; MySQL shows it in no statement. */
const NOT_COMPARED = new Set(["password_last_changed"]);
/** A password's hash, and what an attribute holds of one. */
const SECRET = new Set(["authentication_string", "additional_password", "Multi_factor_authentication"]);
const GRANTED = "granted";
const GRANTABLE = "granted with grant option";

const row = z.record(z.string(), z.unknown());
type Row = z.infer<typeof row>;

/**
 * Accounts, and what each is granted, from the server's own tables: in a handful of queries whatever their number, so
 * that none can be gone when it is asked for, and as they are stored, also where SHOW GRANTS prints a name otherwise.
 */
export async function readAccounts(server: MysqlServer): Promise<Catalogue> {
  const read = (sql: string) => server.query(`${sql} NOT IN (?)`, [SYSTEM_ACCOUNTS], row);
  const objects = new Map<string, { kind: string; parts: readonly string[]; attributes: Record<string, string> }>();
  const object = (kind: string, user: unknown, host: unknown) => {
    const name = { kind, parts: [String(user), String(host)] };
    const found = objects.get(objectKey(name)) ?? { ...name, attributes: {} };
    objects.set(objectKey(name), found);
    return found.attributes;
  };
  const grant = (user: unknown, host: unknown, privilege: string, on: string, isGrantable = false) => {
    object("grants of", user, host)[`${privilege} ON ${on}`] = isGrantable ? GRANTABLE : GRANTED;
  };
  for (const account of await read("SELECT * FROM mysql.user WHERE User")) {
    Object.assign(object("account", account.User, account.Host), accountAttributes(account));
    for (const name of privilegeColumns(account)) grant(account.User, account.Host, name, "*.*");
  }
  for (const { User, Host, Db, ...columns } of await read("SELECT * FROM mysql.db WHERE User")) {
    for (const name of privilegeColumns(columns)) grant(User, Host, name, `${showName([String(Db)])}.*`);
  }
  for (const { User, Host, Db, Table_name, Table_priv } of await read("SELECT * FROM mysql.tables_priv WHERE User")) {
    for (const name of setOf(Table_priv)) grant(User, Host, name, showName([String(Db), String(Table_name)]));
  }
  for (const one of await read("SELECT * FROM mysql.columns_priv WHERE User")) {
    const column = showName([String(one.Db), String(one.Table_name), String(one.Column_name)]);
    for (const name of setOf(one.Column_priv)) grant(one.User, one.Host, name, `column ${column}`);
  }
  for (const one of await read("SELECT * FROM mysql.procs_priv WHERE User")) {
    const routine = `${String(one.Routine_type)} ${showName([String(one.Db), String(one.Routine_name)])}`;
    for (const name of setOf(one.Proc_priv)) grant(one.User, one.Host, name, routine);
  }
  for (const { USER, HOST, PRIV, WITH_GRANT_OPTION } of await read("SELECT * FROM mysql.global_grants WHERE USER")) {
    grant(USER, HOST, String(PRIV), "*.*", WITH_GRANT_OPTION === "Y");
  }
  for (const one of await read("SELECT * FROM mysql.proxies_priv WHERE User")) {
    const proxied = quoteAccount({ user: String(one.Proxied_user), host: String(one.Proxied_host) });
    grant(one.User, one.Host, "PROXY", proxied, Number(one.With_grant) === 1);
  }
  for (const one of await read("SELECT * FROM mysql.role_edges WHERE TO_USER")) {
    const role = quoteAccount({ user: String(one.FROM_USER), host: String(one.FROM_HOST) });
    grant(one.TO_USER, one.TO_HOST, "role", role, one.WITH_ADMIN_OPTION === "Y");
  }
  for (const one of await read("SELECT * FROM mysql.default_roles WHERE USER")) {
    const role = quoteAccount({ user: String(one.DEFAULT_ROLE_USER), host: String(one.DEFAULT_ROLE_HOST) });
    grant(one.USER, one.HOST, "default role", role);
  }
  return objects;
}

/** Privileges that may be granted on this server, those of its components and plugins included, in capitals. */
export async function readKnownPrivileges(server: MysqlServer): Promise<ReadonlySet<string>> {
  const rows = await server.query("SHOW PRIVILEGES", [], z.looseObject({ Privilege: z.string() }));
  return new Set(rows.map(({ Privilege }) => Privilege.toUpperCase()));
}

/** The privilege in a grant's name as `readAccounts` writes it, e.g. `SET_ANY_DEFINER` in `SET_ANY_DEFINER ON *.*`. */
export function privilegeOf(grant: string): string {
  return grant.slice(0, grant.indexOf(" ON ")).toUpperCase();
}

function privilegeColumns(account: Row): string[] {
  return Object.entries(account).flatMap(([column, value]) => {
    if (!column.endsWith("_priv") || value !== "Y") return [];
    const name = column.slice(0, -"_priv".length);
    return [STATIC_PRIVILEGES[column] ?? name.replaceAll("_", " ").toUpperCase()];
  });
}

/** A SET column's members. */
function setOf(value: unknown): string[] {
  return String(value ?? "")
    .split(",")
    .filter((member) => member !== "")
    .map((member) => member.toUpperCase());
}

function accountAttributes({ User: _user, Host: _host, User_attributes, ...columns }: Row): Attributes {
  const own = Object.entries(columns).filter(([column]) => !column.endsWith("_priv") && !NOT_COMPARED.has(column));
  const more = typeof User_attributes === "string" ? row.parse(JSON.parse(User_attributes)) : (User_attributes ?? {});
  return Object.fromEntries(
    [...own, ...Object.entries(row.parse(more))].flatMap(([name, value]) => {
      if (value === null || value === undefined) return [];
      const text = Buffer.isBuffer(value)
        ? value.toString("hex")
        : typeof value === "string"
          ? value
          : JSON.stringify(value);
      return [[name, SECRET.has(name) ? fingerprint(text) : text]];
    }),
  );
}

/** Tells two secrets apart, and nothing of either. */
export function fingerprint(text: string): string {
  return text === "" ? "" : `(secret) ${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}
