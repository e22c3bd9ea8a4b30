import { type NameParts, nameKey, parseName, quoteAccount, showName } from "../../mysql/index.js";
import { OBJECT_KINDS } from "./kinds.js";

/** Names one object of a server that is no row: its kind, and its name's parts. */
export interface ObjectName {
  readonly kind: string;
  readonly parts: NameParts;
}

/** What only `SHOW CREATE TABLE` tells of a table. */
export const STATEMENT_OF_TABLE = "statement of table";
/** Kinds of which a name is an account. */
export const ACCOUNT_KINDS = ["account", "grants of"];
/** Longer ones first: one kind's name may begin with another's. */
const KINDS = [...ACCOUNT_KINDS, ...OBJECT_KINDS.map(({ kind }) => kind), "time zone", STATEMENT_OF_TABLE].sort(
  (one, other) => other.length - one.length,
);

/** A key for Maps: the same for equal names and for no others. */
export function objectKey({ kind, parts }: ObjectName): string {
  return nameKey([kind, ...parts]);
}

/** The name for people, which `parseObject` takes back: `trigger shop.price_log`, `grants of 'app'@'%'`. */
export function showObject({ kind, parts }: ObjectName): string {
  const [user = "", host = ""] = parts;
  return `${kind} ${ACCOUNT_KINDS.includes(kind) ? quoteAccount({ user, host }) : showName(parts)}`;
}

/** Throws on a text that names no object. */
export function parseObject(text: string): ObjectName {
  const kind = KINDS.find((one) => text.startsWith(`${one} `));
  if (kind === undefined) throw new Error(`not an object: ${text}; it begins with one of: ${KINDS.join(", ")}`);
  const name = text.slice(kind.length + 1);
  return { kind, parts: ACCOUNT_KINDS.includes(kind) ? parseAccount(name) : parseName(name) };
}

const ACCOUNT = /^'((?:[^'\\]|\\.)*)'@'((?:[^'\\]|\\.)*)'$/s;
const ESCAPES: Readonly<Record<string, string>> = { "0": "\0", b: "\b", n: "\n", r: "\r", t: "\t", Z: "\x1a" };

/** The opposite of `quoteAccount`. */
function parseAccount(text: string): NameParts {
  const [, user, host] = ACCOUNT.exec(text) ?? [];
  if (user === undefined || host === undefined) throw new Error(`not an account ('user'@'host'): ${text}`);
  return [user, host].map((part) => part.replaceAll(/\\(.)/gs, (_all, letter: string) => ESCAPES[letter] ?? letter));
}
