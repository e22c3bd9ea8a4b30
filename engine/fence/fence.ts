import { z } from "zod";
import { compactGtidSet, errnoOf, type MysqlServer, type Statement, statement } from "../mysql/index.js";
import { FerryError, messageOf } from "../operation/index.js";
import type { ServerSessions } from "./sessions.js";
import { FENCE, UNFENCE } from "./statements.js";

const LOCK_WAIT_TIMEOUT = 1205;
const WRONG_VALUE = 1411;
const NO_SUCH_THREAD = 1094;
const FAILSAFE_GONE = "the fail-safe timer does not run any more";

/** The server has two seconds more than its own lock_wait_timeout to say so; then the statement is killed. */
const ANSWER_RESERVE_SECONDS = 2;

const flag = z.coerce.number().transform((value) => value === 1);
const stateRow = z.object({ readOnly: flag, superReadOnly: flag, executed: z.string().transform(compactGtidSet) });
const xaRow = z.object({ data: z.string() });
const openXaRow = z.object({ sessionId: z.coerce.number() });
const countRow = z.object({ found: z.coerce.number() });

const READ_STATE = statement(
  "SELECT @@GLOBAL.read_only AS readOnly, @@GLOBAL.super_read_only AS superReadOnly, @@GLOBAL.gtid_executed AS executed",
);
export const XA_RECOVER = statement("XA RECOVER CONVERT XID");
/** XA PREPARE succeeds where super_read_only is ON, as XA COMMIT does: such a session could still change data there. */
const OPEN_XA = statement(
  `SELECT t.PROCESSLIST_ID AS sessionId
     FROM performance_schema.events_transactions_current e JOIN performance_schema.threads t USING (THREAD_ID)
    WHERE e.STATE = 'ACTIVE' AND e.XA_STATE IN ('ACTIVE', 'IDLE')`,
);

/** In words, what `seeArmed` does. */
export const SEE_UNFENCE_ARMED = "verify: the fail-safe's event is running";

/**
 * Fails, and with it the batch, where the fail-safe does not wait any more: nobody would lift the fence if this process
 * died. A condition makes an error only through a function that refuses its argument.
 */
function seeArmed(threadId: number): Statement {
  return statement(
    `SELECT UUID_TO_BIN(IF(EXISTS (SELECT 1 FROM performance_schema.threads
       WHERE PROCESSLIST_ID = ? AND PROCESSLIST_STATE = 'User sleep'), UUID(), 'no fail-safe')) AS armed`,
    threadId,
  );
}

/** What one attempt to fence came to. */
export type FenceOutcome =
  | { readonly fenced: true; readonly finalGtidSet: string }
  /** Running statements held the fence up for too long; the server is writable, as before. */
  | { readonly fenced: false; readonly seen: string };

/** Prepares the session: the longest that the fence may wait for running statements, and block others meanwhile. */
export function boundStatement(attemptTimeoutSeconds: number): Statement {
  return statement(`SET SESSION lock_wait_timeout = ${attemptTimeoutSeconds}`);
}

/**
 * One bounded attempt. The proof of the fence is that the SET has returned and both variables are ON afterwards;
 * super_read_only alone reads 1 while the SET still waits. gtid_executed is read after that proof.
 */
export async function tryFence(
  { main, watcher }: ServerSessions,
  attemptTimeoutSeconds: number,
  threadId: number,
): Promise<FenceOutcome> {
  let killing: Promise<void> | undefined;
  const timer = setTimeout(
    () => {
      killing = watcher.execute(`KILL QUERY ${main.connectionId}`);
      // It is awaited once the batch has ended; without this a failure before that would end the process, and no undo.
      killing.catch(() => undefined);
    },
    (attemptTimeoutSeconds + ANSWER_RESERVE_SECONDS) * 1000,
  );
  try {
    const steps = [seeArmed(threadId), FENCE, READ_STATE, XA_RECOVER, OPEN_XA] as const;
    const [, , state, prepared, open] = await main.batch(...steps);
    return { fenced: true, finalGtidSet: assertFenced(main, state, prepared, open) };
  } catch (error) {
    await killing;
    if (errnoOf(error) === WRONG_VALUE) throw unguardedError(main.label, FAILSAFE_GONE);
    if (errnoOf(error) !== LOCK_WAIT_TIMEOUT && killing === undefined) throw error;
    await assertUnfenced(watcher);
    return { fenced: false, seen: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Sessions with an XA transaction that is not prepared yet, as far as the server instruments transactions (the default). */
export async function readOpenXa(server: MysqlServer): Promise<number[]> {
  const rows = await server.query(OPEN_XA.sql, [], openXaRow);
  return rows.map(({ sessionId }) => sessionId);
}

/** The set that the server has executed, provided that it is fenced and no XA transaction could still change it. */
function assertFenced(server: MysqlServer, state: unknown, prepared: unknown, open: unknown): string {
  const { readOnly, superReadOnly, executed } = onlyRow(stateRow, state);
  if (!readOnly || !superReadOnly) {
    throw fenceError(server, `read_only is ${Number(readOnly)}, super_read_only is ${Number(superReadOnly)}`, "both 1");
  }
  const xids = xaRow.array().parse(prepared);
  if (xids.length > 0) {
    const seen = `prepared XA transactions ${xids.map(({ data }) => data).join(", ")}`;
    throw fenceError(server, seen, "none: XA COMMIT changes data even where super_read_only is ON");
  }
  const sessions = openXaRow.array().parse(open);
  if (sessions.length > 0) {
    const seen = `open XA transactions of session ${sessions.map(({ sessionId }) => sessionId).join(", ")}`;
    throw fenceError(server, seen, "none: XA PREPARE and XA COMMIT succeed even where super_read_only is ON");
  }
  return executed;
}

function fenceError(server: MysqlServer, seen: string, wanted: string): FerryError {
  const next = "let that end (XA COMMIT or XA ROLLBACK), then run again";
  return new FerryError({ failed: "fencing the primary", where: server.label, seen, wanted, next });
}

/** Nobody would lift a fence that is put up now, if this process died. */
export function unguardedError(where: string, seen: string): FerryError {
  return new FerryError({
    failed: "fencing the primary",
    where,
    seen,
    wanted: "a fail-safe timer that outlives the attempt",
    next: "find out what held this run up (its machine, the network, a route), then run again",
  });
}

/**
 * Ends the fail-safe and sees it gone; then the fence stays until somebody lifts it. Gives gtid_executed as it was after
 * that, with the fence proven once more.
 */
export async function clearAutoUnfence({ main }: ServerSessions, threadId: number): Promise<string> {
  const count = statement(
    "SELECT COUNT(*) AS found FROM performance_schema.threads WHERE PROCESSLIST_ID = ?",
    threadId,
  );
  const proof = [count, READ_STATE, XA_RECOVER, OPEN_XA] as const;
  const ending = main.batch(statement(`KILL ${threadId}`), ...proof);
  let [, gone, state, prepared, open] = await ending.catch((error: unknown) => {
    throw errnoOf(error) === NO_SUCH_THREAD ? unguardedError(main.label, FAILSAFE_GONE) : error;
  });
  const deadline = performance.now() + CLEAR_TIMEOUT_MILLISECONDS;
  while (onlyRow(countRow, gone).found > 0) {
    if (performance.now() > deadline) {
      throw fenceError(main, `thread ${threadId} of the fail-safe still runs after KILL`, "its end");
    }
    [gone, state, prepared, open] = await main.batch(...proof);
  }
  return assertFenced(main, state, prepared, open);
}

const CLEAR_TIMEOUT_MILLISECONDS = 2_000;

/** Lifts the fence and sees it lifted. */
export async function unfence(server: MysqlServer): Promise<void> {
  const [, , state] = await server.batch(...UNFENCE, READ_STATE);
  const { readOnly, superReadOnly } = onlyRow(stateRow, state);
  if (readOnly || superReadOnly) throw stillFenced(server);
}

export async function assertUnfenced(server: MysqlServer): Promise<void> {
  const { readOnly, superReadOnly } = await server.queryOne(READ_STATE.sql, [], stateRow);
  if (readOnly || superReadOnly) throw stillFenced(server);
}

function stillFenced(server: MysqlServer): FerryError {
  return new FerryError({
    failed: "lifting the fence",
    where: server.label,
    seen: "it is still read-only",
    wanted: "a primary that accepts writes",
    next: "the fail-safe lifts it at its deadline; then run again",
  });
}

export function onlyRow<Row>(schema: z.ZodType<Row>, rows: unknown): Row {
  const [row] = schema.array().parse(rows);
  if (row === undefined) throw new Error("a row expected");
  return row;
}
