import { z } from "zod";
import { FENCE, PERSIST_WRITABLE, UNFENCE } from "../fence/index.js";
import { type MysqlServer, type Statement, showStatement, statement } from "../mysql/index.js";
import { FerryError, inTime, messageOf } from "../operation/index.js";
import { nextNumber, UNKNOWN_UUID } from "../reconcile/index.js";
import { insertOwnEntry, journalStatements, readLastEntry, serverFor } from "../topology/index.js";
import { type FailoverRun, runOn, type Unreachable } from "./run.js";

const ANSWER_MILLISECONDS = 30_000;

const flag = z.coerce.number().transform((value) => value === 1);
const openRow = z.object({ readOnly: flag, superReadOnly: flag });

/** Who becomes the primary, after whom. */
export interface Promotion {
  readonly candidate: string;
  readonly replaced: Unreachable;
  /** How many members were left out that do not answer. */
  readonly unseen: number;
}

/** The statements of it; `number` is the journal's. What makes the journal comes first where it is not there yet. */
export function promotionStatements(
  { replaced }: Promotion,
  number: number,
  journal: readonly Statement[],
  channel: string,
): readonly [Statement, Statement, ...Statement[]] {
  const { uuid: previousUuid = UNKNOWN_UUID, entry } = replaced;
  const [superReadOnly, readOnly] = UNFENCE;
  return [
    statement("STOP REPLICA FOR CHANNEL ?", channel),
    superReadOnly,
    ...journal,
    insertOwnEntry({ number, previousUuid, eventScheduler: entry?.eventScheduler ?? "ON" }),
    readOnly,
    PERSIST_WRITABLE,
    statement("RESET REPLICA ALL FOR CHANNEL ?", channel),
    statement("SELECT @@GLOBAL.read_only AS readOnly, @@GLOBAL.super_read_only AS superReadOnly"),
  ];
}

/**
 * Makes the candidate the primary. Its first transaction is the journal entry, while only an administrator may write:
 * the point of no return, which every later run reads from the servers. The applier ends before, because it may hold
 * the locks of a transaction whose end never came. All of it is one batch, which the server goes on with when this process
 * dies. `undo` is called when it failed and is seen to have made no entry.
 */
export async function promote(run: FailoverRun, promotion: Promotion, undo: () => Promise<void>): Promise<number> {
  const { candidate, replaced, unseen } = promotion;
  const server = serverFor(run.members, candidate);
  const number = nextNumber(replaced.entry, unseen);
  const statements = promotionStatements(promotion, number, await journalStatements(server), run.topology.channel);
  run.progress(`${server.label}: ${statements.map(showStatement).join("; ")}`);
  const committed = server.batch(...statements);
  try {
    const results = await inTime(committed, ANSWER_MILLISECONDS, "making the candidate the primary", server.label);
    const [state] = openRow.array().parse(results.at(-1));
    if (state === undefined || state.readOnly || state.superReadOnly) throw new Error("it is still read-only");
  } catch (error) {
    if (await lacksEntry(server, number)) {
      await runOn(run, candidate, FENCE);
      await undo();
    }
    throw new FerryError(
      {
        failed: `making ${candidate} the primary`,
        where: server.label,
        seen: messageOf(error),
        wanted: "the journal's entry, and a server that accepts writes",
        next: "run again: with the entry in the journal the failover is completed, without it begun anew",
      },
      { cause: error },
    );
  }
  return number;
}

/** False, too, where nobody can tell. */
async function lacksEntry(server: MysqlServer, number: number): Promise<boolean> {
  try {
    const entry = await inTime(readLastEntry(server), ANSWER_MILLISECONDS, "reading the journal", server.label);
    return (entry?.number ?? 0) < number;
  } catch {
    return false;
  }
}
