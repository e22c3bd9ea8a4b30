import type { RowChange } from "../binlog/index.js";
import type { TableName } from "../mysql/index.js";

/** What a stopped applier says about itself. */
export interface ApplierFailure {
  readonly number: number;
  readonly message: string;
  /** The transaction that it could not apply; undefined when it does not tell. */
  readonly gtid: string | undefined;
  /** The table whose row was in the way, as far as the message tells. */
  readonly table: TableName | undefined;
  /** What should have happened to that row. */
  readonly kind: RowChange["kind"] | undefined;
  /** The unique key of a duplicate, e.g. `PRIMARY`. */
  readonly key: string | undefined;
}

export interface FailedWorker {
  readonly number: number;
  readonly message: string;
  /** The transaction that the worker has begun; `""` is none. */
  readonly applying: string;
}

/** A worker that stopped because another one failed. */
const FOLLOWED_ANOTHER = new Set([1756, 3030]);

const KINDS = { Write: "insert", Update: "update", Delete: "delete" } as const;
const TRANSACTION = /transaction '([^']+)'/;
const ROW_EVENT = /(Write|Update|Delete)_rows event on table ([^;]+);/;
// The key comes last, after a value that may hold anything.
const DUPLICATE_KEY = /^.*for key '(.+)', Error_code: /s;

/** The failure that the others follow; undefined when no worker has failed. */
export function parseFailure(workers: readonly FailedWorker[]): ApplierFailure | undefined {
  const failed = workers.filter(({ number }) => number !== 0);
  const first = failed.find(({ number }) => !FOLLOWED_ANOTHER.has(number)) ?? failed[0];
  if (first === undefined) return undefined;
  const { number, message, applying } = first;
  const [, event, name] = ROW_EVENT.exec(message) ?? [];
  const table = name === undefined ? undefined : tableOf(name);
  const key = DUPLICATE_KEY.exec(message)?.[1];
  return {
    number,
    message,
    gtid: gtidIn(TRANSACTION.exec(message)?.[1] ?? applying),
    table,
    kind: event === undefined ? undefined : KINDS[event as keyof typeof KINDS],
    key: key === undefined ? undefined : withoutTable(key, table),
  };
}

function gtidIn(text: string): string | undefined {
  return /^[0-9a-f-]{36}:(?:\w+:)?\d+$/i.test(text) ? text : undefined;
}

/** Names are not quoted there; a schema with a point in its name is not understood. */
function tableOf(name: string): TableName | undefined {
  const [schema, table, ...more] = name.split(".");
  return schema === undefined || table === undefined || more.length > 0 ? undefined : { schema, table };
}

/** Newer servers write the table's name before the key's. */
function withoutTable(key: string, table: TableName | undefined): string {
  const prefix = `${table?.table}.`;
  return table !== undefined && key.startsWith(prefix) ? key.slice(prefix.length) : key;
}
