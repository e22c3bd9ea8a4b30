import { type Account, type Statement, showStatement, statement } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { dropLedgerCopyStatement, readLedger } from "../preparation/index.js";
import { dismissReader, stopAndForget } from "../replication/index.js";
import { finalizeEntry, reaches, readExecuted } from "../topology/index.js";
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
  const run = async (step: Statement) => {
    progress(`${target.label}: ${showStatement(step)}`);
    await target.run(step);
  };

  if (pair.entry?.isFinal !== true) await run(finalizeEntry(number));
  if (pair.source.channel !== undefined) {
    progress(`${source.label}: wait until it knows that the migration is final`);
    const { settleTimeoutSeconds } = request.limits;
    if (!(await reaches(source, await readExecuted(target), settleTimeoutSeconds))) {
      throw behindError(source.label, settleTimeoutSeconds);
    }
    await stopAndForget(source, request.channel, progress);
    await dismissReader(target, pair.source.uuid, progress);
  }
  const { accounts } = await readLedger(target);
  for (const account of accounts) await run(dropAccountStatement(account));
  await run(dropLedgerCopyStatement());
  return observePair(sessions, request.channel, routes);
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
