import { changeSourceStatement } from "../channel/index.js";
import { readServerFacts, showStatement } from "../mysql/index.js";
import { FerryError, type Finding, messageOf } from "../operation/index.js";
import { otherSide } from "../topology/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { PERSIST_FENCE, PROBE_BINLOG } from "./attempt.js";
import { PASSING_CHECKS } from "./checks.js";
import { commitStatements } from "./commit.js";
import { deadManStatements } from "./dead-man.js";
import { describeEstablishStep } from "./describe.js";
import { switchoverRequest } from "./ensure-roles.js";
import { planEstablish } from "./establish-plan.js";
import { boundStatement, LIFT_FENCE, SET_FENCE, XA_RECOVER } from "./fence.js";
import { lookOver } from "./prepare.js";
import { withSessions } from "./read-roles.js";
import type { SwitchoverRequest } from "./request.js";
import type { RolesRequest } from "./roles-request.js";
import type { PairState, ServerState } from "./state.js";

/**
 * What `ensureRoles` would do now, a line each: every statement and where it runs, what is checked and what is found
 * already, the budget, and what undoes it. Writes nothing.
 */
export async function planRoles(request: RolesRequest): Promise<string[]> {
  try {
    return await withRoutes(request.routes, (routes) =>
      withSessions(request, routes, async (pair, sessions) => {
        if (request.isFinal) return planFinal(pair);
        const wanted = switchoverRequest(request);
        const left = planEstablish(pair, request.channel).map((step) => describeEstablishStep(step, pair));
        const repairs = left.map((line) => `first, left over from an earlier run: ${line}`);
        if (pair.primary === request.primary) return [...repairs, `${pair[pair.primary].label} is the primary already`];
        const { findings } = await lookOver(wanted, sessions, pair, undefined);
        const { version } = await readServerFacts(sessions[pair.primary].main);
        const rehearsal = changeSourceStatement(request.channel, wanted[request.primary].address, version);
        return [...repairs, ...describeSwitchover(pair, wanted, routes, findings, showStatement(rehearsal))];
      }),
    );
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return [`the ${request.primary} becomes the primary; what that takes cannot be seen yet: ${messageOf(error)}`];
  }
}

function planFinal(pair: PairState): string[] {
  const { source, target } = pair;
  return [
    `${target.label}: note in the journal that the migration is final; there is no way back after it`,
    `${source.label}: wait until it knows, then STOP REPLICA and RESET REPLICA ALL for the reverse channel; it stays fenced`,
    `${target.label}: DROP USER the replication account, DROP TABLE the copy of the source's ledger`,
  ];
}

/** The plan of a switchover away from `pair.primary`, by the very statements that it runs. */
export function describeSwitchover(
  pair: PairState,
  request: SwitchoverRequest,
  routes: readonly TrafficRoute[],
  findings: readonly Finding[],
  rehearsal: string,
): string[] {
  const { limits, channel } = request;
  const from = pair[pair.primary];
  const to = pair[otherSide(pair.primary)];
  const deadMan = deadManStatements(limits.budgetSeconds, from.eventScheduler === "OFF").map(showStatement);
  const commit = commitStatements(pair, "<final GTID set>").map(showStatement);
  const after = afterCommit(pair);
  return [
    `switchover: ${to.label} becomes the primary instead of ${from.label}; writes pause for at most ${limits.budgetSeconds} s`,
    ...describeFindings(findings, limits.quietTimeoutSeconds),
    `rehearse the way back on ${from.label}: ${rehearsal}; START REPLICA IO_THREAD, see it connected; STOP REPLICA`,
    ...(pair.entry === undefined
      ? [`journal on ${from.label}: CREATE TABLE IF NOT EXISTS gtid_ferry.switchover, which replicates`]
      : []),
    `probe ${to.label}: ${showStatement(PROBE_BINLOG)}, which needs disk space`,
    `arm on ${from.label}: ${deadMan.join("; ")}; see it asleep; ${showStatement(PERSIST_FENCE)}`,
    ...routes.flatMap((route) => route.describe(otherSide(pair.primary)).map((line) => `route ${route.name}: ${line}`)),
    `fence ${from.label}: ${showStatement(boundStatement(limits.attemptTimeoutSeconds))}; see the dead-man switch asleep; ${showStatement(SET_FENCE)}; see read_only and super_read_only ON, read gtid_executed, ${showStatement(XA_RECOVER)} empty, no XA transaction open; up to ${limits.attempts} attempts`,
    `catch up on ${to.label}: WAIT_FOR_EXECUTED_GTID_SET for the rest of the budget, then GTID_SUBTRACT empty both ways`,
    `disarm on ${from.label}: KILL the dead-man switch, see it gone, see that gtid_executed has not moved`,
    `commit on ${to.label}: ${commit.join("; ")}`,
    ...planEstablish(after, channel).map((step) => `after the commit: ${describeEstablishStep(step, after)}`),
    `undo, if anything fails before the commit: ${from.label}: ${LIFT_FENCE.map(showStatement).join("; ")}, see it writable, lead traffic back; if this machine dies, ${from.label} does it by itself ${limits.budgetSeconds} s after it was armed`,
    "after the commit: never undone; whoever runs next completes it, as the journal in both servers says",
  ];
}

function describeFindings(findings: readonly Finding[], quietTimeoutSeconds: number): string[] {
  const blockers = findings.filter(({ severity }) => severity === "blocker");
  const warnings = findings.filter(({ severity }) => severity === "warning");
  return [
    `check ${findings.length} things on both servers before any change: now ${findings.length - blockers.length - warnings.length} are well`,
    ...warnings.map(({ server, check, seen }) => `check ${check}: ${server}: warning: ${seen}`),
    ...blockers.map(({ server, check, seen, fix }) =>
      PASSING_CHECKS.has(check)
        ? `check ${check}: ${server}: ${seen}; would be waited for, ${quietTimeoutSeconds} s at most`
        : `check ${check}: ${server}: ${seen}; would be refused: ${fix}`,
    ),
  ];
}

/** The pair as the commit would leave it, for the steps that then remain. */
function afterCommit(pair: PairState): PairState {
  const next = otherSide(pair.primary);
  const from = pair[pair.primary];
  const to = pair[next];
  const persisting = (server: ServerState, value: "ON" | "OFF") =>
    new Map([...server.persisted, ["read_only", value], ["super_read_only", value]]);
  const sides: Pick<PairState, "source" | "target"> = {
    ...pair,
    [pair.primary]: {
      ...from,
      readOnly: true,
      superReadOnly: true,
      persisted: persisting(from, "ON"),
      channel: undefined,
    },
    [next]: { ...to, readOnly: false, superReadOnly: false, persisted: persisting(to, "OFF") },
  };
  return {
    ...sides,
    primary: next,
    entry: {
      number: (pair.entry?.number ?? 0) + 1,
      primaryUuid: to.uuid,
      previousUuid: from.uuid,
      finalGtidSet: "",
      eventScheduler: from.eventScheduler,
      committedAt: "",
      probed: false,
      isFinal: false,
    },
    routes: pair.routes.map(({ name }) => ({ name, state: next })),
  };
}
