import { z } from "zod";
import {
  armAutoUnfence,
  autoUnfenceStatements,
  boundStatement,
  clearAutoUnfence,
  FENCE,
  onlyRow,
  PERSIST_FENCED,
  PERSIST_WRITABLE,
  SEE_UNFENCE_ARMED,
  tryFence,
  UNFENCE,
  unguardedError,
  XA_RECOVER,
} from "../fence/index.js";
import { reaches, readExecuted, type Statement, showStatement, statement } from "../mysql/index.js";
import { assertNoBlockers, FerryError, inTime } from "../operation/index.js";
import { insertEntry, type MemberState } from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { catchUp } from "./catch-up.js";
import { Blocked } from "./outcome.js";
import { addressOfMember } from "./parties.js";
import { type SwitchoverRequest, UNDO_RESERVE } from "./request.js";
import { ANSWER_MILLISECONDS, type Situation, type SwitchoverRun } from "./situation.js";
import type { SwitchoverStep } from "./steps.js";
import { testReverse, testStatements } from "./test-reverse.js";

/** What one attempt has come to know, for the steps that follow. */
export interface Attempt {
  readonly run: SwitchoverRun;
  /** Thread of the fail-safe. */
  threadId: number;
  /** When this run gives up, on the clock of `performance.now()`. */
  deadline: number;
  /** When writes were stopped, on the same clock. */
  stoppedAt: number;
  /** gtid_executed of the primary, read after its fence was proven. */
  finalGtidSet: string;
}

/** One step: what is printed of it is made of what it runs. */
export interface PlannedStep {
  readonly step: SwitchoverStep;
  readonly lines: readonly string[];
  run(attempt: Attempt): Promise<void>;
}

/** A switchover as data. Until `commit` everything is undone where it fails; from then on it is completed. */
export interface SwitchoverPlan {
  readonly from: MemberState;
  readonly to: MemberState;
  /** Once, before the first attempt. */
  readonly prepare: readonly PlannedStep[];
  /** In each attempt, while writes go on. */
  readonly arm: PlannedStep;
  /** While they do not: what stands together runs at once. */
  readonly pause: readonly (readonly PlannedStep[])[];
  readonly commit: readonly PlannedStep[];
}

const PRESYNC_SECONDS = 2;
const PROBE_MILLISECONDS = 5_000;
const COMMIT_MILLISECONDS = 5_000;

/**
 * Opens a new binary log: a replica without disk space would wait for some in the middle of the commit, where nobody can
 * tell any more whether its first transaction will exist.
 */
const PROBE_BINLOG = statement("FLUSH BINARY LOGS");
const SCHEDULER_ON = statement("SET GLOBAL event_scheduler = ON");
const READ_ROLE = statement("SELECT @@GLOBAL.read_only AS readOnly, @@GLOBAL.super_read_only AS superReadOnly");

const flag = z.coerce.number().transform((value) => value === 1);
const roleRow = z.object({ readOnly: flag, superReadOnly: flag });

/** `journal` is what makes the journal on the primary; nothing where it is there already. */
export function planSwitchover(
  situation: Situation,
  request: SwitchoverRequest,
  routes: readonly TrafficRoute[],
  journal: readonly Statement[],
): SwitchoverPlan {
  const { from, to } = situation;
  return {
    from,
    to,
    prepare: [
      ...(request.reverseReplication === "none" ? [] : [reverseTest(situation, request)]),
      ...makeJournal(from, journal),
    ],
    arm: arm(situation, request),
    pause: [
      [pauseConnections(from, routes)],
      [fence(from, request)],
      [dropConnections(from), awaitCaughtUp(to, request)],
    ],
    commit: [clearFailSafe(from), commit(situation)],
  };
}

function reverseTest({ from, to }: Situation, { channel, members }: SwitchoverRequest): PlannedStep {
  const address = addressOfMember({ members }, to.name);
  const [change, start, stop] = testStatements(channel, address, from.facts.version).map(showStatement);
  return {
    step: "test reverse replication",
    lines: [`${from.label}: ${change}; ${start}; verify: it is connected; ${stop}`],
    async run({ run }) {
      const { main } = run.sessions.of(from.name);
      const replica = run.sessions.of(to.name).main;
      const testing = testReverse(main, replica, channel, address, from.facts.version, run.progress);
      const finding = await inTime(testing, ANSWER_MILLISECONDS, "testing reverse replication", main.label);
      assertNoBlockers([finding], "testing reverse replication");
    },
  };
}

function makeJournal(from: MemberState, journal: readonly Statement[]): PlannedStep[] {
  if (journal.length === 0) return [];
  return [
    {
      step: "test reverse replication",
      lines: [`${from.label}: ${journal.map(showStatement).join("; ")}, the journal, which replicates`],
      async run({ run }) {
        const { main } = run.sessions.of(from.name);
        for (const one of journal) await inTime(main.run(one), ANSWER_MILLISECONDS, "making the journal", main.label);
      },
    },
  ];
}

/** Everything that can be made ready before writes stop. An error here leaves a primary that accepts writes. */
function arm({ from, to }: Situation, { limits }: SwitchoverRequest): PlannedStep {
  const { budgetSeconds, attemptTimeoutSeconds } = limits;
  // The fail-safe is an event.
  const needsScheduler = from.facts.eventScheduler === "OFF";
  const bound = boundStatement(attemptTimeoutSeconds);
  const ready = [bound, ...(needsScheduler ? [SCHEDULER_ON] : [])];
  const timer = autoUnfenceStatements(budgetSeconds, needsScheduler);
  return {
    step: "arm fail-safe",
    lines: [
      `${to.label}: wait until it has what ${from.name} has now; ${showStatement(PROBE_BINLOG)}, which needs disk space`,
      `${from.label}: ${[...ready, ...timer].map(showStatement).join("; ")}; ${SEE_UNFENCE_ARMED}; ${showStatement(PERSIST_FENCED)}`,
    ],
    async run(attempt) {
      const { main } = attempt.run.sessions.of(from.name);
      await inTime(armNow(attempt), ANSWER_MILLISECONDS, "arming the fail-safe", main.label);
    },
  };

  async function armNow(attempt: Attempt): Promise<void> {
    const { sessions, routes, progress } = attempt.run;
    const [old, next] = [sessions.of(from.name), sessions.of(to.name)];
    // Little is to be left to wait for once writes are stopped.
    if (!(await reaches(next.main, await readExecuted(old.main), PRESYNC_SECONDS))) throw lagging(next.main.label);
    await inTime(
      next.watcher.run(PROBE_BINLOG),
      PROBE_MILLISECONDS,
      "writing to the replica's binary log",
      next.main.label,
    );
    await old.main.run(bound);
    await Promise.all(routes.map((route) => route.arm?.(budgetSeconds)));
    if (needsScheduler) await old.main.run(SCHEDULER_ON);
    const armedAt = performance.now();
    attempt.threadId = await armAutoUnfence(old.main, budgetSeconds, needsScheduler, progress);
    attempt.deadline = armedAt + budgetSeconds * 1000 * (1 - UNDO_RESERVE);
    // A restart after the commit must not make a second writer, and then it would be too late to persist it.
    await old.main.run(PERSIST_FENCED);
    progress(`${old.main.label}: fail-safe armed: ${from.name} auto-unfences in ${budgetSeconds} s`);
  }
}

function pauseConnections({ name }: MemberState, routes: readonly TrafficRoute[]): PlannedStep {
  return {
    step: "pause connections",
    lines: routes.map((route) => `${route.name}: pause new connections to ${name}, where it can`),
    async run(attempt) {
      await onRoutes(attempt, "pausing connections", (route) => route.hold());
      attempt.stoppedAt = performance.now();
    },
  };
}

function fence({ name, label }: MemberState, { limits }: SwitchoverRequest): PlannedStep {
  const { attempts, attemptTimeoutSeconds } = limits;
  return {
    step: "fence",
    lines: [
      `${label}: ${SEE_UNFENCE_ARMED}; ${showStatement(FENCE)}; verify: read_only and super_read_only are ON; read gtid_executed; ${showStatement(XA_RECOVER)} empty, no XA transaction open; up to ${attempts} attempts`,
    ],
    async run(attempt) {
      const sessions = attempt.run.sessions.of(name);
      if (millisecondsLeft(attempt) <= attemptTimeoutSeconds * 1000) {
        throw unguardedError(label, "too little of the budget is left for one attempt");
      }
      const trying = tryFence(sessions, attemptTimeoutSeconds, attempt.threadId);
      const outcome = await inTime(trying, millisecondsLeft(attempt), "fencing the primary", label);
      if (!outcome.fenced) throw blocked(label, outcome.seen, attemptTimeoutSeconds);
      attempt.finalGtidSet = outcome.finalGtidSet;
    },
  };
}

function dropConnections({ name }: MemberState): PlannedStep {
  return {
    step: "drop connections",
    lines: [],
    run: (attempt) => onRoutes(attempt, "dropping connections", (route) => route.cut(name)),
  };
}

function awaitCaughtUp({ name, label }: MemberState, { channel }: SwitchoverRequest): PlannedStep {
  return {
    step: "catch up",
    lines: [
      `${label}: WAIT_FOR_EXECUTED_GTID_SET for the rest of the budget; verify: GTID_SUBTRACT is empty both ways`,
    ],
    async run(attempt) {
      const waiting = catchUp(
        attempt.run.sessions.of(name),
        channel,
        attempt.finalGtidSet,
        millisecondsLeft(attempt) / 1000,
      );
      await inTime(waiting, millisecondsLeft(attempt), "catching up with the fenced primary", label);
    },
  };
}

/** Ends the fail-safe and sees that nothing has moved since the fence. */
function clearFailSafe({ name, label }: MemberState): PlannedStep {
  return {
    step: "clear fail-safe",
    lines: [`${label}: KILL the fail-safe's event; verify: killed, the fence is up, gtid_executed has not moved`],
    async run(attempt) {
      const clearing = clearAutoUnfence(attempt.run.sessions.of(name), attempt.threadId);
      const executed = await inTime(clearing, millisecondsLeft(attempt), "clearing the fail-safe", label);
      if (executed === attempt.finalGtidSet) return;
      throw new FerryError({
        failed: "comparing the servers a last time",
        where: label,
        seen: `gtid_executed has moved behind the fence, to ${executed}`,
        wanted: attempt.finalGtidSet,
        next: "find out what wrote there: FLUSH without LOCAL and XA COMMIT get past super_read_only; then run again",
      });
    },
  };
}

/**
 * Makes the replica the primary, in one round trip. While read_only is still ON nobody but an administrator can write, so
 * the journal entry is the first transaction: the point of no return. The role is persisted last: writes go on already, and a
 * server that dies from then on comes up writable.
 */
function commit(situation: Situation): PlannedStep {
  const { from, to, entry } = situation;
  const statementsWith = (finalGtidSet: string): readonly [Statement, Statement, Statement, Statement, Statement] => {
    const own = {
      number: (entry?.number ?? 0) + 1,
      primaryUuid: to.facts.serverUuid,
      previousUuid: from.facts.serverUuid,
      finalGtidSet,
      eventScheduler: from.facts.eventScheduler,
    };
    const [superReadOnly, readOnly] = UNFENCE;
    return [superReadOnly, insertEntry(own), readOnly, READ_ROLE, PERSIST_WRITABLE];
  };
  return {
    step: "commit",
    lines: [`${to.label}: ${statementsWith("<final GTID set>").map(showStatement).join("; ")}`],
    async run({ run, finalGtidSet }) {
      const { main } = run.sessions.of(to.name);
      const answer = main.batch(...statementsWith(finalGtidSet));
      const results = await inTime(answer, COMMIT_MILLISECONDS, "making the replica the primary", main.label);
      const { readOnly, superReadOnly } = onlyRow(roleRow, results.at(-2));
      if (readOnly || superReadOnly) throw new Error(`${main.label} is still read-only`);
    },
  };
}

function millisecondsLeft({ deadline }: Attempt): number {
  return deadline - performance.now();
}

async function onRoutes(attempt: Attempt, what: string, work: (route: TrafficRoute) => Promise<void>): Promise<void> {
  const working = Promise.all(attempt.run.routes.map(work)).then(() => undefined);
  await inTime(working, millisecondsLeft(attempt), what, "the traffic routes");
}

function lagging(replica: string): Blocked {
  return new Blocked({
    failed: "letting the replica catch up before the fence",
    where: replica,
    seen: `it lacks transactions of ${PRESYNC_SECONDS} s ago`,
    wanted: "a replica that keeps up",
    next: "let the replica catch up (less load, more resources), then run again",
  });
}

function blocked(primary: string, seen: string, timeoutSeconds: number): Blocked {
  return new Blocked({
    failed: "fencing the primary",
    where: primary,
    seen,
    wanted: `every running write to end within ${timeoutSeconds} s`,
    next: "look for long writes, DDL and LOCK TABLES there (SHOW PROCESSLIST, performance_schema.metadata_locks), then run again",
  });
}
