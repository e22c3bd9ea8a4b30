import { describeChannel, isReplicating, type ReplicationLag } from "../channel/index.js";
import { checkEvents, eventsToEnable } from "../events/index.js";
import { checkOn, type Finding } from "../operation/index.js";
import { otherSide, SIDES } from "../topology/index.js";
import type { SwitchoverLimits } from "./request.js";
import type { PairState } from "./state.js";

/** A statement that changes data and has been running for a while: the fence would wait for it. */
export interface RunningWrite {
  readonly sessionId: number;
  readonly seconds: number;
}

export interface FreeDisk {
  readonly label: string;
  readonly directory: string;
  readonly bytes: number;
}

/** What is seen besides both servers' state, before anything is changed. */
export interface SwitchoverObservation {
  readonly pair: PairState;
  readonly expectedUuids: { readonly source?: string; readonly target?: string };
  readonly lag: ReplicationLag;
  /** Whether the lag has become smaller since it was looked at before; undefined at the first look. */
  readonly isShrinking: boolean | undefined;
  readonly runningWrites: readonly RunningWrite[];
  /** Transactions that are open and idle: their COMMIT will be refused. */
  readonly idleTransactions: number;
  /** Sessions with an XA transaction that is not prepared yet. */
  readonly openXa: readonly number[];
  /** Bytes where a server keeps data and logs, of each whose host is known. */
  readonly freeDisk: readonly FreeDisk[];
}

/** Checks whose blockers pass by themselves, so that it is worth waiting for them. */
export const PASSING_CHECKS: ReadonlySet<string> = new Set([
  "lag",
  "running-writes",
  "obstructions",
  "xa-transactions",
  "open-xa-transactions",
  "replica-channel",
]);

const LEAST_FREE_BYTES = 256 * 1024 * 1024;

/** The findings that a switchover adds to those of the preflight. */
export function checkSwitchover(seen: SwitchoverObservation, limits: SwitchoverLimits): Finding[] {
  return [
    ...checkIdentity(seen),
    checkFinal(seen.pair),
    checkReplicaChannel(seen.pair),
    checkLag(seen, limits),
    checkRunningWrites(seen),
    checkIdleTransactions(seen),
    checkOpenXa(seen),
    checkScheduler(seen.pair),
    ...checkMovedEvents(seen.pair),
    ...seen.freeDisk.map(checkDisk),
    ...checkRoutes(seen.pair),
  ];
}

function checkIdentity({ pair, expectedUuids }: SwitchoverObservation): Finding[] {
  return SIDES.flatMap((side) => {
    const expected = expectedUuids[side];
    if (expected === undefined) return [];
    const { label, uuid } = pair[side];
    const check = checkOn(label, "identity", `server_uuid ${expected}`);
    if (uuid.toLowerCase() === expected.toLowerCase()) return [check.ok(uuid)];
    return [check.blocker(uuid, "this is another server: check the address")];
  });
}

function checkFinal(pair: PairState): Finding {
  const check = checkOn(pair[pair.primary].label, "finalized", "a migration with a way back");
  if (pair.entry?.isFinal !== true) return check.ok("not finalized");
  return check.blocker(
    `switchover ${pair.entry.number} was finalized: the reverse channel is gone and the servers have parted`,
    "there is no way back after finalize; to return, migrate in the other direction",
  );
}

function checkReplicaChannel(pair: PairState): Finding {
  const primary = pair[pair.primary];
  const replica = pair[otherSide(pair.primary)];
  const check = checkOn(replica.label, "replica-channel", `a channel that receives from ${primary.uuid} and applies`);
  const { channel } = replica;
  if (channel === undefined) {
    return check.blocker("it is not a replica: no channel of this migration", "run phase replicate first");
  }
  if (!isReplicating(channel)) return check.blocker(describeChannel(channel), "mend what it names, then run again");
  if (channel.sourceUuid === primary.uuid) return check.ok(describeChannel(channel));
  return check.blocker(`it receives from ${channel.sourceUuid}`, "run phase replicate again");
}

function checkLag({ pair, lag, isShrinking }: SwitchoverObservation, { maximumLagSeconds }: SwitchoverLimits): Finding {
  const check = checkOn(pair[otherSide(pair.primary)].label, "lag", `at most ${maximumLagSeconds} s behind`);
  if (lag.missing === "" || (lag.seconds !== null && lag.seconds <= maximumLagSeconds)) {
    return check.ok(lag.missing === "" ? "caught up" : `${lag.seconds} s behind`);
  }
  const trend = isShrinking === undefined ? "" : isShrinking ? ", shrinking" : ", not shrinking";
  return check.blocker(
    `${lag.seconds === null ? "nothing applied yet" : `${lag.seconds} s behind`}${trend}`,
    "let the replica catch up: less load on the primary, more resources for the replica",
  );
}

function checkRunningWrites({ pair, runningWrites }: SwitchoverObservation): Finding {
  const check = checkOn(pair[pair.primary].label, "running-writes", "no writing statement that runs for long");
  if (runningWrites.length === 0) return check.ok("none");
  return check.blocker(
    runningWrites.map(({ sessionId, seconds }) => `session ${sessionId} since ${seconds} s`).join(", "),
    "let them end, or end them yourself: the fence would wait for them, and every other write with it",
  );
}

function checkIdleTransactions({ pair, idleTransactions }: SwitchoverObservation): Finding {
  const check = checkOn(pair[pair.primary].label, "idle-transactions", "no transaction left open");
  if (idleTransactions === 0) return check.ok("none");
  const count = `${idleTransactions} open transaction${idleTransactions === 1 ? "" : "s"}, idle for over a second`;
  return check.warning(count, "their COMMIT will be refused (1290): the application has to repeat them");
}

function checkOpenXa({ pair, openXa }: SwitchoverObservation): Finding {
  const check = checkOn(pair[pair.primary].label, "open-xa-transactions", "no open XA transaction");
  if (openXa.length === 0) return check.ok("none");
  return check.blocker(
    `session ${openXa.join(", ")}`,
    "let them end: MySQL would let them prepare and commit behind the fence, where nobody sees it any more",
  );
}

/** The dead-man switch is an event; turning the scheduler on would also start events that somebody has put to rest so. */
function checkScheduler(pair: PairState): Finding {
  const { label, eventScheduler, events } = pair[pair.primary];
  const check = checkOn(label, "event-scheduler", "a scheduler for the dead-man switch");
  if (eventScheduler === "ON") return check.ok("event_scheduler is ON");
  if (eventScheduler === "DISABLED") {
    return check.blocker("event_scheduler is DISABLED", "start mysqld with event_scheduler = OFF or ON");
  }
  const enabled = events.filter(({ status }) => status === "ENABLED");
  if (enabled.length === 0) return check.ok("event_scheduler is OFF, and runs for the switchover only");
  return check.blocker(
    `event_scheduler is OFF, and ${enabled.map(({ schema, name }) => `${schema}.${name}`).join(", ")} would start with it`,
    "ALTER EVENT ... DISABLE for each of them, or SET GLOBAL event_scheduler = ON",
  );
}

function checkMovedEvents(pair: PairState): Finding[] {
  const next = pair[otherSide(pair.primary)];
  return checkEvents(next.label, eventsToEnable(next.events, pair[pair.primary].events));
}

function checkDisk({ label, directory, bytes }: FreeDisk): Finding {
  const check = checkOn(label, "free-disk", "at least 256 MiB free");
  const seen = `${Math.floor(bytes / 1024 / 1024)} MiB free in ${directory}`;
  if (bytes >= LEAST_FREE_BYTES) return check.ok(seen);
  return check.blocker(seen, "free some space: a primary whose disk is full stops every write");
}

function checkRoutes(pair: PairState): Finding[] {
  return pair.routes.map(({ name, state }) => {
    const check = checkOn(name, "traffic-route", `leads to the ${pair.primary}`);
    if (state === pair.primary) return check.ok(`leads to the ${state}`);
    const seen = state === "elsewhere" ? "leads to neither server" : `is at "${state}"`;
    return check.blocker(seen, `let it lead to the ${pair.primary}, or correct its options`);
  });
}
