import { setTimeout as sleep } from "node:timers/promises";
import type { ReplicationLag } from "../channel/index.js";
import { assertNoBlockers, type Finding, inTime } from "../operation/index.js";
import { runPreflight } from "../preflight/index.js";
import { otherSide, type Side } from "../topology/index.js";
import { checkSwitchover, PASSING_CHECKS } from "./checks.js";
import type { Run } from "./establish.js";
import { readOpenXa } from "./fence.js";
import { countIdleTransactions, readFreeDisk, readLag, readRunningWrites } from "./look.js";
import type { SwitchoverRequest } from "./request.js";
import { LOOK_MILLISECONDS, type ObservedSession, observePair, type PairState } from "./state.js";

const LOOK_INTERVAL_MILLISECONDS = 1_000;

/**
 * Looks until nothing stands in the way, at everything each time; gives the pair as it then is. What does not pass by
 * itself is an error at once, what does is one after `quietTimeoutSeconds`: each time with all findings in one.
 */
export async function awaitReady(run: Run): Promise<PairState> {
  const deadline = Date.now() + run.request.limits.quietTimeoutSeconds * 1000;
  let lagBefore: ReplicationLag | undefined;
  for (;;) {
    const pair = await observePair(run.sessions, run.request.channel, run.routes);
    const looking = lookOver(run.request, run.sessions, pair, lagBefore);
    const { findings, lag } = await inTime(looking, LOOK_MILLISECONDS, "checking both servers", "source and target");
    const blockers = findings.filter(({ severity }) => severity === "blocker");
    if (blockers.length === 0) {
      for (const { server, check, seen } of findings.filter(({ severity }) => severity === "warning")) {
        run.progress(`${server}: warning, ${check}: ${seen}`);
      }
      run.progress(`all ${findings.length} checks passed`);
      return pair;
    }
    const isPassing = blockers.every(({ check }) => PASSING_CHECKS.has(check));
    if (!isPassing || Date.now() >= deadline) assertNoBlockers(findings);
    for (const { server, check, seen } of blockers) run.progress(`${server}: waiting, ${check}: ${seen}`);
    lagBefore = lag;
    await sleep(LOOK_INTERVAL_MILLISECONDS);
  }
}

/** One look at everything that a switchover depends on, and that can be seen without changing anything. */
export async function lookOver(
  request: SwitchoverRequest,
  sessions: Readonly<Record<Side, ObservedSession>>,
  pair: PairState,
  lagBefore: ReplicationLag | undefined,
): Promise<{ findings: Finding[]; lag: ReplicationLag }> {
  const primary = sessions[pair.primary].main;
  const replica = sessions[otherSide(pair.primary)].main;
  const lag = await readLag(primary, replica, request.channel);
  const own = checkSwitchover(
    {
      pair,
      expectedUuids: expectedUuids(request),
      lag,
      isShrinking: lagBefore === undefined ? undefined : (lag.seconds ?? 0) < (lagBefore.seconds ?? 0),
      runningWrites: await readRunningWrites(primary),
      idleTransactions: await countIdleTransactions(primary),
      openXa: await readOpenXa(primary),
      freeDisk: await readFreeDisk(request, sessions),
    },
    request.limits,
  );
  const common = await runPreflight({
    purpose: "switchover",
    names: { source: pair.primary, target: otherSide(pair.primary) },
    source: request[pair.primary].connection,
    target: request[otherSide(pair.primary)].connection,
  });
  return { findings: [...own, ...common], lag };
}

function expectedUuids({ source, target }: SwitchoverRequest): { source?: string; target?: string } {
  return {
    ...(source.expectedUuid === undefined ? {} : { source: source.expectedUuid }),
    ...(target.expectedUuid === undefined ? {} : { target: target.expectedUuid }),
  };
}
