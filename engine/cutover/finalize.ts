import { dismissReader, stopAndForget } from "../channel/index.js";
import {
  type Account,
  type MysqlServer,
  reaches,
  readExecuted,
  type Statement,
  showStatement,
  statement,
} from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { dropLedgerCopyStatement, readLedger } from "../preparation/index.js";
import { finalizeEntry, type JournalEntry } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { describeEstablishStep } from "./describe.js";
import { planEstablish } from "./establish-plan.js";
import type { RolesRequest } from "./roles-request.js";
import type { Sessions } from "./sessions.js";
import { observePair, type PairState } from "./state.js";

/**
 * Gives up the way back: the journal says so on both servers, the reverse channel goes, and with it the target's copies
 * of the replication account and of the source's ledger. The source stays fenced, after a restart too. Each step is safe
 * to repeat. The target has to be the primary, with nothing left over from a run that died.
 */
export async function finalize(
  request: Pick<RolesRequest, "channel" | "limits">,
  sessions: Sessions,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<PairState> {
  const pair = await observePair(sessions, request.channel, routes);
  const number = assertReady(pair, request.channel);
  const source = sessions.source.main;
  const target = sessions.target.main;

  await noteFinal(target, number, pair.entry?.isFinal === true, progress);
  if (pair.source.channel !== undefined) {
    progress(`${source.label}: wait until it knows that the migration is final`);
    const { settleTimeoutSeconds } = request.limits;
    if (!(await reaches(source, await readExecuted(target), settleTimeoutSeconds))) {
      throw behindError(source.label, settleTimeoutSeconds);
    }
    await stopAndForget(source, request.channel, progress);
    await dismissReader(target, pair.source.uuid, progress);
  }
  await dropCopies(target, progress);
  return observePair(sessions, request.channel, routes);
}

/**
 * The same for a target whose source is gone for good, which cannot be told any more: where it comes back it comes back
 * fenced, as the switchover has persisted it, and follows by an account that is gone.
 */
export async function finalizeAlone(target: MysqlServer, entry: JournalEntry, progress: Progress): Promise<void> {
  await noteFinal(target, entry.number, entry.isFinal, progress);
  await dropCopies(target, progress);
}

async function noteFinal(target: MysqlServer, number: number, isNoted: boolean, progress: Progress): Promise<void> {
  if (!isNoted) await runShown(target, finalizeEntry(number), progress);
}

async function dropCopies(target: MysqlServer, progress: Progress): Promise<void> {
  const { accounts } = await readLedger(target);
  for (const account of accounts) await runShown(target, dropAccountStatement(account), progress);
  await runShown(target, dropLedgerCopyStatement(), progress);
}

async function runShown(target: MysqlServer, step: Statement, progress: Progress): Promise<void> {
  progress(`${target.label}: ${showStatement(step)}`);
  await target.run(step);
}

/** The number of the switchover that made the target the primary. */
function assertReady(pair: PairState, channel: string): number {
  const refuse = (seen: string) =>
    new FerryError({
      failed: "finalizing the migration",
      where: pair.target.label,
      seen,
      wanted: "the target as the primary, followed by the fenced source",
      next: "run phase cutover first, and see that the application works; there is no way back after finalize",
    });
  if (pair.primary !== "target" || pair.entry === undefined) throw refuse(`${pair[pair.primary].label} is the primary`);
  const left = planEstablish(pair, channel);
  if (left.length > 0) throw refuse(left.map((step) => describeEstablishStep(step, pair)).join("; "));
  return pair.entry.number;
}

function dropAccountStatement({ user, host }: Account): Statement {
  return statement("DROP USER IF EXISTS ?@?", user, host);
}

function behindError(where: string, seconds: number): FerryError {
  return new FerryError({
    failed: "finalizing the migration",
    where,
    seen: `it does not have the target's transactions after ${seconds} s`,
    wanted: "a source that has caught up and knows that it is final",
    next: "let it catch up, then run again; the target is the primary all along",
  });
}
