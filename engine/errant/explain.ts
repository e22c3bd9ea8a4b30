import {
  type BinlogTransaction,
  ColumnNames,
  type ReadOptions,
  readTransactions,
  type TableName,
} from "../binlog/index.js";
import { GtidSet } from "../gtid/index.js";
import type { ConnectionOptions, MysqlServer } from "../mysql/index.js";
import { classify, ERRANT_CLASSES, type ErrantClass } from "./classify.js";
import { eachGtid } from "./each-gtid.js";

/** One errant transaction; `transaction` is missing where no binary log holds it any more. */
export interface ErrantTransaction {
  readonly gtid: string;
  readonly class: ErrantClass;
  readonly transaction?: BinlogTransaction;
}

/** Errant transactions by class, as GTID sets without white space; `""` is none. */
export interface Explanation {
  readonly classes: Readonly<Record<ErrantClass, string>>;
  /** The first ones, in the order of the binary logs, then those that no log holds. */
  readonly transactions: readonly ErrantTransaction[];
}

export interface ExplainOptions extends ReadOptions {
  /** How many transactions are kept with their rows; all are classified. @default 1000 */
  readonly transactionLimit?: number;
  /** Whether these tables have been proven equal on the source. Without it no transaction is `equal`. */
  readonly isEqualOnSource?: (tables: readonly TableName[]) => Promise<boolean>;
}

/** Finds out from the replica's binary logs what its errant transactions did. Changes nothing. */
export async function explainErrants(
  replica: MysqlServer,
  connection: ConnectionOptions,
  errant: string,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const { transactionLimit = 1000, isEqualOnSource = async () => false } = options;
  const gtids: Record<ErrantClass, string[]> = { harmless: [], equal: [], changed: [], unknown: [] };
  const transactions: ErrantTransaction[] = [];
  const columns = new ColumnNames(replica);
  const wanted = GtidSet.parse(errant);
  for await (const transaction of readTransactions(replica, connection, wanted, options)) {
    const errantClass = await classWithData(transaction, isEqualOnSource);
    gtids[errantClass].push(transaction.gtid);
    if (transactions.length >= transactionLimit) continue;
    const rows = await Promise.all(transaction.rows.map((row) => columns.named(row)));
    transactions.push({ gtid: transaction.gtid, class: errantClass, transaction: { ...transaction, rows } });
  }
  const decoded = GtidSet.parse(Object.values(gtids).flat().join(","));
  const unknown = wanted.subtract(decoded);
  gtids.unknown.push(unknown.toString());
  for (const gtid of eachGtid(unknown)) {
    if (transactions.length >= transactionLimit) break;
    transactions.push({ gtid, class: "unknown" });
  }
  const classes = ERRANT_CLASSES.map((name) => [name, compact(GtidSet.parse(gtids[name].join(",")))]);
  return { classes: Object.fromEntries(classes) as Record<ErrantClass, string>, transactions };
}

async function classWithData(
  transaction: BinlogTransaction,
  isEqualOnSource: (tables: readonly TableName[]) => Promise<boolean>,
): Promise<ErrantClass> {
  const errantClass = classify(transaction);
  // What a statement changed need not be in the rows of a table.
  const isInTables = errantClass === "changed" && transaction.statementCount === 0;
  return isInTables && (await isEqualOnSource(transaction.tables)) ? "equal" : errantClass;
}

function compact(set: GtidSet): string {
  return set.toString().replaceAll("\n", "");
}
