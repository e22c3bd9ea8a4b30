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
import { assertNoBlockers, checkOn, FerryError, type Finding, type Progress } from "../operation/index.js";
import { missingGrants } from "../preflight/index.js";
import { dropLedgerCopyStatement, readLedger } from "../preparation/index.js";
import { describeStep, type Plan } from "../reconcile/index.js";
import {
  finalizeEntry,
  type JournalEntry,
  type MemberState,
  type ObservedTopology,
  type Topology,
} from "../topology/index.js";

/** One thing to do to give up the rollback; the line is what is printed of it. */
export interface FinalStep {
  readonly line: string;
  run(progress: Progress): Promise<void>;
}

/** The primary that is kept, and the server that is left behind; undefined where that one is gone for good. */
export interface FinalServers {
  readonly kept: MysqlServer;
  readonly retired?: { readonly server: MysqlServer; readonly state: MemberState };
}

/**
 * The steps that give up the rollback: the journal says so on both servers, reverse replication goes, and with it the kept
 * server's copies of the replication account and of the original settings. The retired server stays fenced, after a restart
 * too; one that is gone comes back fenced, as the switchover has persisted it. Each step is safe to repeat.
 */
export async function planFinalize(
  { kept, retired }: FinalServers,
  entry: JournalEntry,
  channel: string,
  settleTimeoutSeconds: number,
): Promise<FinalStep[]> {
  const { accounts } = await readLedger(kept);
  const leaving = retired?.state.channel === undefined ? undefined : retired;
  return [
    ...(entry.isFinal ? [] : [statementStep(kept, finalizeEntry(entry.number))]),
    ...(leaving === undefined ? [] : [leave(kept, leaving, channel, settleTimeoutSeconds)]),
    ...accounts.map((account) => statementStep(kept, dropAccountStatement(account))),
    statementStep(kept, dropLedgerCopyStatement()),
  ];
}

/** What forbids it: a primary that is not in order, and what the administrator may not do on it. */
export async function checkFinalize(
  kept: MysqlServer,
  plan: Plan,
  observed: ObservedTopology,
  topology: Topology,
): Promise<Finding[]> {
  const order = checkOn(kept.label, "in-order", "the primary in order, followed by the fenced source");
  const left = plan.steps.flatMap((step) => describeStep(step, observed, topology));
  const missing = await missingGrants(kept, ["CREATE USER"], "global");
  const rights = checkOn(kept.label, "privileges", "the right to drop the replication account");
  return [
    ...plan.blockers,
    ...(left.length === 0
      ? []
      : [
          order.blocker(
            left.join("; "),
            "run phase cutover first, and see that the application works; there is no rollback after finalize",
          ),
        ]),
    ...missing.map((privilege) => rights.blocker(`the administrator lacks ${privilege}`, `GRANT ${privilege} ON *.*`)),
  ];
}

export async function runFinalize(steps: readonly FinalStep[], findings: readonly Finding[], progress: Progress) {
  assertNoBlockers(findings, "finalizing the migration");
  for (const { run } of steps) await run(progress);
}

function statementStep(server: MysqlServer, one: Statement): FinalStep {
  const line = `${server.label}: ${showStatement(one)}`;
  return {
    line,
    async run(progress) {
      progress(line);
      await server.run(one);
    },
  };
}

function leave(
  kept: MysqlServer,
  { server, state }: NonNullable<FinalServers["retired"]>,
  channel: string,
  settleTimeoutSeconds: number,
): FinalStep {
  const wait = `${server.label}: wait until it knows that the migration is final`;
  return {
    line: `${wait}, then STOP REPLICA and RESET REPLICA ALL for reverse replication; it stays fenced`,
    async run(progress) {
      progress(wait);
      if (!(await reaches(server, await readExecuted(kept), settleTimeoutSeconds))) {
        throw behindError(server.label, settleTimeoutSeconds);
      }
      await stopAndForget(server, channel, progress);
      await dismissReader(kept, state.facts.serverUuid, progress);
    },
  };
}

function dropAccountStatement({ user, host }: Account): Statement {
  return statement("DROP USER IF EXISTS ?@?", user, host);
}

function behindError(where: string, seconds: number): FerryError {
  return new FerryError({
    failed: "finalizing the migration",
    where,
    seen: `it does not have the primary's transactions after ${seconds} s`,
    wanted: "a source that has caught up and knows that it is final",
    next: "let it catch up, then run again; the primary stays the primary all along",
  });
}
