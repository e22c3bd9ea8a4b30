import { messageOf } from "../operation/index.js";
import { codeOf, errnoOf } from "./connection-error.js";

const SHOWN_CHARACTERS = 200;

/**
 * What the server or the driver said to one statement, in one line: `target 10.1.2.3:3306: error 3024: ... [SELECT ...]`.
 * Values that were bound are not in it, and neither is the driver's own error, which holds the whole statement.
 */
export class StatementError extends Error {
  override readonly name = "StatementError";
  /** MySQL's error number; undefined where the driver itself failed, e.g. on a lost connection. */
  readonly errno: number | undefined;
  /** E.g. `ER_QUERY_TIMEOUT` or `PROTOCOL_CONNECTION_LOST`. */
  readonly code: string | undefined;

  constructor(
    readonly server: string,
    sql: string,
    error: unknown,
  ) {
    const errno = errnoOf(error);
    super(
      `${server}: ${errno === undefined || errno < 0 ? "" : `error ${errno}: `}${messageOf(error)} [${shortened(sql)}]`,
    );
    this.errno = errno;
    this.code = codeOf(error);
  }
}

function shortened(sql: string): string {
  const line = sql.replaceAll(/\s+/g, " ").trim();
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS)}...`;
}
