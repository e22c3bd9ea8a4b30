import type { TableName } from "../mysql/index.js";

/** One column of a row; `column` is its name where that is known, else its place, e.g. `@3`. */
export interface Cell {
  readonly column: string;
  /** Text as MySQL prints the value; bytes that are no text in hexadecimal, e.g. `0x00ff`; null is NULL. */
  readonly value: string | null;
}

/** One changed row: an insert has only `after`, a delete only `before`. */
export interface RowChange extends TableName {
  readonly kind: "insert" | "update" | "delete";
  /** Columns that the table had at that time, hidden ones included. */
  readonly columnCount: number;
  readonly before?: readonly Cell[];
  readonly after?: readonly Cell[];
}

/** How many rows a transaction changed in one table. */
export interface TableChange extends TableName {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** What one transaction in a binary log did. */
export interface BinlogTransaction {
  /** `uuid:number` or `uuid:tag:number`. */
  readonly gtid: string;
  readonly file: string;
  /** Offset in the file, in bytes, at which the transaction begins. */
  readonly position: number;
  /** server_id of the server that executed it first. */
  readonly originServerId: number;
  /** When it was committed there: UTC, ISO 8601 with microseconds; undefined where the log does not tell. */
  readonly committedAt: string | undefined;
  /**
   * The first statements (DDL, account changes, statement-based DML), each cut when it is very long. An event of a kind
   * that is not known here counts as one too.
   */
  readonly statements: readonly string[];
  /** All of them. */
  readonly statementCount: number;
  readonly tables: readonly TableChange[];
  /** The first changed rows. */
  readonly rows: readonly RowChange[];
  /** All of them. */
  readonly rowCount: number;
  /** False where mysqlbinlog cannot print all rows, e.g. those after a GEOMETRY value: the counts then are the least. */
  readonly isFullyDecoded: boolean;
}

/** How much of one transaction is kept; everything is counted. */
export interface DecodeLimits {
  readonly rows: number;
  readonly statements: number;
  readonly statementCharacters: number;
}

export const DEFAULT_DECODE_LIMITS: DecodeLimits = { rows: 10, statements: 10, statementCharacters: 2000 };
