import type { ServerVersion } from "../version.js";
import { existsAt, type Names } from "./lifetime.js";
import { CHANNEL_OPTIONS, STATEMENTS } from "./statements.js";
import { VARIABLES } from "./variables.js";
import { COLUMNS, VIEWS } from "./views.js";
import { PRIVILEGES } from "./words.js";

/**
 * The server series as one table: every statement, option, variable, view, column and privilege that the product uses,
 * with the releases that have it. A test finds what the sources use and is not in here.
 */
export const SERIES = {
  statement: STATEMENTS,
  "channel option": CHANNEL_OPTIONS,
  variable: VARIABLES,
  view: VIEWS,
  column: COLUMNS,
  privilege: PRIVILEGES,
} as const satisfies Readonly<Record<string, Names>>;

/** Whether a release has something of the table; a name that is not in there is a fault of the program. */
export function hasName<Kind extends keyof typeof SERIES>(
  kind: Kind,
  name: keyof (typeof SERIES)[Kind] & string,
  version: ServerVersion,
): boolean {
  const lifetime = (SERIES[kind] as Names)[name];
  if (lifetime === undefined) throw new Error(`the table of server series has no ${kind} ${name}`);
  return existsAt(lifetime, version);
}
