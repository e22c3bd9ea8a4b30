import type { z } from "zod";
import { type BoundValue, errnoOf, type MysqlServer } from "../../mysql/index.js";
import type { Listing, Seen } from "../listing.js";
import { seen } from "../listing.js";

/** No single look may hold up the pass, nor load the server, for longer. */
const LOOK_SECONDS = 20;

const LISTED_ROWS = 20;

/** Start of every SELECT that a large server could take long to answer. */
export const SELECT = `SELECT /*+ MAX_EXECUTION_TIME(${LOOK_SECONDS * 1000}) */`;

/** Goes into the SELECT list of statements for `listing`. */
export const TOTAL = "COUNT(*) OVER () AS total";

const NOT_ALLOWED: ReadonlySet<number> = new Set([
  1044, // schema
  1142, // table
  1143, // column
  1227, // privilege
  1370, // routine
  1401, // XA RECOVER
]);
const NO_SUCH_TABLE = 1146;
const TIMED_OUT = 3024;

/** Runs one look; what privileges, version or time forbid becomes a reason instead of an error. */
export async function look<T>(work: () => Promise<T>): Promise<Seen<T>> {
  try {
    return seen(await work());
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (NOT_ALLOWED.has(errno)) return { unseen: `the account may not look (error ${errno})` };
    if (errno === TIMED_OUT) return { unseen: `no answer within ${LOOK_SECONDS} s` };
    if (errno === NO_SUCH_TABLE) return { unseen: "this server has no such view" };
    throw error;
  }
}

/** The first rows and the number of all; the statement begins with SELECT and selects TOTAL. */
export function listing<Row extends { readonly total: number }>(
  server: MysqlServer,
  sql: string,
  values: readonly BoundValue[],
  row: z.ZodType<Row>,
): Promise<Seen<Listing<Row>>> {
  return look(async () => {
    const rows = await server.query(`${sql} LIMIT ${LISTED_ROWS}`, values, row);
    return { rows, total: rows[0]?.total ?? 0 };
  });
}
