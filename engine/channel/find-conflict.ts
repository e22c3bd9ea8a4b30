import { z } from "zod";
import {
  type BinlogTransaction,
  type Cell,
  ColumnNames,
  type ReadOptions,
  type RowChange,
  readTransactions,
} from "../binlog/index.js";
import { GtidSet } from "../gtid/index.js";
import { type ConnectionOptions, type MysqlServer, showTable } from "../mysql/index.js";
import { keySelect, keysCondition, plain } from "../tables/index.js";
import type { ApplierFailure } from "./conflict-failure.js";
import type { ConflictGrounds } from "./conflict-repairs.js";
import { type ConflictRow, isSameRow, readConflictRow } from "./conflict-rows.js";
import { type ConflictColumn, type ConflictTable, readConflictTable } from "./conflict-table.js";
import { insertStatement, keyCondition, tableName } from "./conflict-values.js";

export interface ConflictServers {
  readonly source: MysqlServer;
  readonly replica: MysqlServer;
  /** How mysqlbinlog reaches the source. */
  readonly sourceConnection: ConnectionOptions;
}

/** The row that an applier stopped at, on both servers as it is now; undefined is no such row. */
export interface RowConflict {
  readonly change: RowChange;
  /** SQL that finds the row. */
  readonly condition: string;
  readonly onSource: ConflictRow | undefined;
  readonly onReplica: ConflictRow | undefined;
}

const DUPLICATE = 1062;
const NOT_FOUND = 1032;
const TIMEOUT_SECONDS = 30;
const LIMITS = { rows: 200, statements: 3, statementCharacters: 300 };
/** Rows of the transaction that are looked up before giving up. */
const MOST_LOOKS = 50;

/** What the source's binary logs have of the failed transaction; undefined when none holds it. */
export async function readFailedTransaction(
  { source, replica, sourceConnection }: ConflictServers,
  { gtid }: ApplierFailure,
  options: ReadOptions,
): Promise<BinlogTransaction | undefined> {
  if (gtid === undefined) return undefined;
  const settings = { limits: LIMITS, timeoutSeconds: TIMEOUT_SECONDS, ...options };
  for await (const transaction of readTransactions(source, sourceConnection, GtidSet.parse(gtid), settings)) {
    const columns = new ColumnNames(replica);
    return { ...transaction, rows: await Promise.all(transaction.rows.map((row) => columns.named(row))) };
  }
  return undefined;
}

/** The first row of the transaction that explains the failure; undefined when there is none that can be looked up. */
export async function findRow(
  servers: ConflictServers,
  failure: ApplierFailure,
  transaction: BinlogTransaction | undefined,
): Promise<{ readonly row: RowConflict; readonly grounds: ConflictGrounds } | undefined> {
  const candidates = (transaction?.rows ?? []).filter((row) => isOf(row, failure)).slice(0, MOST_LOOKS);
  const [first] = candidates;
  const table = first === undefined ? undefined : await readConflictTable(servers.replica, first);
  if (table === undefined) return undefined;
  const key = keyOf(table, failure);
  if (key === undefined) return undefined;
  for (const change of candidates) {
    const condition = keyCondition(key, cellsFor(change, failure));
    if (condition === undefined || isMadeBefore(transaction?.rows ?? [], change, key, condition, failure)) continue;
    const onReplica = await readConflictRow(servers.replica, table, condition);
    const isExplained = explains(failure, onReplica) || candidates.length === 1;
    if (isExplained) return describe(servers, table, { change, condition, onReplica }, failure);
  }
  return undefined;
}

function isOf(row: RowChange, { table, kind }: ApplierFailure): boolean {
  const isTable = table === undefined || (row.schema === table.schema && row.table === table.table);
  return isTable && (kind === undefined || row.kind === kind);
}

function keyOf({ keys }: ConflictTable, { number, key }: ApplierFailure): readonly ConflictColumn[] | undefined {
  if (number === DUPLICATE && key !== undefined) return keys.get(key);
  return keys.get("PRIMARY") ?? [...keys.values()][0];
}

function cellsFor({ before, after }: RowChange, { number }: ApplierFailure): readonly Cell[] {
  return (number === DUPLICATE ? after : (before ?? after)) ?? [];
}

function explains({ number }: ApplierFailure, onReplica: ConflictRow | undefined): boolean {
  if (number === DUPLICATE) return onReplica !== undefined;
  return number === NOT_FOUND && onReplica === undefined;
}

/** Whether the transaction itself made or freed the place before, which was undone when it failed. */
function isMadeBefore(
  rows: readonly RowChange[],
  change: RowChange,
  key: readonly ConflictColumn[],
  condition: string,
  { number }: ApplierFailure,
): boolean {
  return rows
    .slice(0, rows.indexOf(change))
    .filter(({ schema, table }) => schema === change.schema && table === change.table)
    .some(({ before, after }) => keyCondition(key, (number === DUPLICATE ? before : after) ?? []) === condition);
}

async function describe(
  { source, replica }: ConflictServers,
  table: ConflictTable,
  { change, condition, onReplica }: Omit<RowConflict, "onSource">,
  failure: ApplierFailure,
) {
  const onSource = await readConflictRow(source, table, condition);
  const isWhole = [change.before, change.after].every((cells) => cells === undefined || hasWholeRow(table, cells));
  const grounds = {
    table: showTable(table),
    condition,
    deleteRow: `DELETE FROM ${tableName(table)} WHERE ${condition}`,
    insertRow: isWhole ? insertStatement(table, change.before ?? []) : undefined,
    isOnReplica: onReplica !== undefined,
    isSame: onSource !== undefined && onReplica !== undefined && isSameRow(onSource, onReplica),
    belongsToSource: await belongsToSource(source, replica, table, condition, failure),
    hasTriggers: table.hasTriggers,
  };
  return { row: { change, condition, onSource, onReplica }, grounds };
}

/** Only an event with all columns makes the row what it is on the source, whatever was there before. */
function hasWholeRow({ columns }: ConflictTable, cells: readonly Cell[]): boolean {
  return columns.every(({ name, isGenerated }) => isGenerated || cells.some(({ column }) => column === name));
}

const keyRow = z.record(z.string(), z.string().nullable());

/** Whether a row that is a duplicate by one key is, by another one, a row of the source. */
async function belongsToSource(
  source: MysqlServer,
  replica: MysqlServer,
  table: ConflictTable,
  condition: string,
  { number, key }: ApplierFailure,
): Promise<boolean> {
  const others = [...table.keys].filter(([name]) => name !== key);
  const [name, columns] = others.find(([other]) => other === "PRIMARY") ?? others[0] ?? [];
  if (number !== DUPLICATE || key === "PRIMARY" || name === undefined || columns === undefined) return false;
  const own = { name, columns };
  const from = `FROM ${tableName(table)} WHERE`;
  const [found] = await replica.query(`SELECT ${keySelect(own, plain)} ${from} ${condition} LIMIT 1`, [], keyRow);
  if (found === undefined) return false;
  const value = columns.map((_, index) => found[`k${index}`]);
  // Of a row whose other key is NULL nobody can tell whose it is.
  if (!value.every((part) => typeof part === "string")) return true;
  return (await readConflictRow(source, table, keysCondition(own, [value], plain))) !== undefined;
}
