import type { TableName } from "../mysql/index.js";

export const HIDDEN = "********";

/** A literal after words that say it is a password or its hash; a statement that was cut may end within it. */
const CREDENTIAL =
  /\b((?:IDENTIFIED\s+(?:WITH\s+(?:'[^']*'|`[^`]*`|\w+)\s+)?(?:AS|BY)|PASSWORD\s+FOR\s+[^=]+=|PASSWORD\s*=?)\s*)'(?:[^'\\]|\\.|'')*(?:'|$)/gis;

const SECRET_TABLES = new Set(["user", "servers", "password_history"]);

/** A statement without passwords and their hashes, which a binary log has in account statements. */
export function withoutCredentials(statement: string): string {
  return statement.replaceAll(CREDENTIAL, `$1'${HIDDEN}'`);
}

/** Whether rows of this table hold passwords or their hashes. */
export function hasCredentials({ schema, table }: TableName): boolean {
  return schema === "mysql" && SECRET_TABLES.has(table);
}
