import { escape as escapeLiteral } from "mysql2";

/** A MySQL account: `user`@`host`. */
export interface Account {
  readonly user: string;
  readonly host: string;
}

/** Quotes one identifier; a backtick inside is doubled. */
export function quoteIdentifier(name: string): string {
  if (name === "" || name.includes("\0")) throw new Error(`not an identifier: ${JSON.stringify(name)}`);
  return `\`${name.replaceAll("`", "``")}\``;
}

/** Quotes a string literal for statements that take no bound values. Valid while NO_BACKSLASH_ESCAPES is off. */
export function quoteString(text: string): string {
  return escapeLiteral(text);
}

export function quoteAccount(account: Account): string {
  return `${quoteString(account.user)}@${quoteString(account.host)}`;
}
