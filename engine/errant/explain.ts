import {
  type BinlogTransaction,
  ColumnNames,
  type ReadOptions,
  type RowChange,
  readTransactions,
} from "../binlog/index.js";
import { formatGtidSet, GtidSet } from "../gtid/index.js";
import type { ConnectionOptions, MysqlServer, TableName } from "../mysql/index.js";
import { ChangesByTable } from "./changes.js";
import { classify, type ErrantClass } from "./classify.js";
import { eachGtid } from "./gtid-text.js";

/** One errant transaction; `transaction` is missing where no binary log holds it any more. */
export interface ErrantTransaction {
  readonly gtid: string;
  readonly class: ErrantClass;
  readonly transaction?: BinlogTransaction;
}

/** Errant transactions by class, as GTID sets without white space; `""` is none. */
export interface Explanation {
  readonly classes: Readonly<Record<ErrantClass, string>>;
  /** Those of the changed ones that ran statements: what they changed need not be in the rows of a table. */
  readonly changedByStatement: string;
  /** Tables of which the other changed ones changed rows. */
  readonly changedTables: readonly TableName[];
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
  const harmless: string[] = [];
  const byStatement: string[] = [];
  const byTable = new ChangesByTable();
  const kept: BinlogTransaction[] = [];
  const wanted = GtidSet.parse(errant);
  for await (const transaction of readTransactions(replica, connection, wanted, options)) {
    if (classify(transaction) === "harmless") harmless.push(transaction.gtid);
    else if (transaction.statementCount > 0) byStatement.push(transaction.gtid);
    else byTable.add(transaction);
    if (kept.length < transactionLimit) kept.push(transaction);
  }
  // Only now: the server would cut off a binary log that nobody reads for the time that a comparison takes.
  const { equal, changed, changedTables } = await byTable.settle(isEqualOnSource);
  const sets = {
    harmless: setOf(harmless),
    equal: setOf(equal),
    changed: setOf([...byStatement, ...changed]),
  };
  const unknown = wanted.subtract(sets.harmless.union(sets.equal).union(sets.changed));
  return {
    classes: {
      harmless: formatGtidSet(sets.harmless),
      equal: formatGtidSet(sets.equal),
      changed: formatGtidSet(sets.changed),
      unknown: formatGtidSet(unknown),
    },
    changedByStatement: formatGtidSet(setOf(byStatement)),
    changedTables,
    transactions: [
      ...(await withColumnNames(replica, kept)).map((transaction) => {
        const isEqual = sets.equal.contains(GtidSet.parse(transaction.gtid));
        return { gtid: transaction.gtid, class: isEqual ? ("equal" as const) : classify(transaction), transaction };
      }),
      ...first(eachGtid(unknown), transactionLimit - kept.length).map((gtid) => ({ gtid, class: "unknown" as const })),
    ],
  };
}

async function withColumnNames(
  replica: MysqlServer,
  transactions: readonly BinlogTransaction[],
): Promise<BinlogTransaction[]> {
  const columns = new ColumnNames(replica);
  const named: BinlogTransaction[] = [];
  for (const transaction of transactions) {
    const rows: RowChange[] = [];
    for (const row of transaction.rows) rows.push(await columns.named(row));
    named.push({ ...transaction, rows });
  }
  return named;
}

function first<T>(all: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const one of all) {
    if (taken.length >= count) break;
    taken.push(one);
  }
  return taken;
}

function setOf(gtids: readonly string[]): GtidSet {
  return GtidSet.parse(gtids.join(","));
}
