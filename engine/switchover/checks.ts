import { describeChannel, isReplicating } from "../channel/index.js";
import { checkEvents, eventsToEnable } from "../events/index.js";
import { checkOn, type Finding } from "../operation/index.js";
import type { MemberState } from "../topology/index.js";
import type { SwitchoverLimits } from "./request.js";
import type { Situation } from "./situation.js";

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

/** What is seen besides the servers' state, before anything is changed. */
export interface SwitchoverObservation extends Situation {
  /** server_uuid that members must have, by name. */
  readonly expectedUuids: Readonly<Record<string, string>>;
  /** Whether the lag has become smaller since it was looked at before; undefined at the first look. */
  readonly isShrinking: boolean | undefined;
  readonly runningWrites: readonly RunningWrite[];
  /** Transactions that are open and idle: their COMMIT will be refused. */
  readonly idleTransactions: number;
  /** Sessions with an XA transaction that is not prepared yet. */
  readonly openXa: readonly number[];
  /** Bytes where a server keeps data and logs, of each whose host is known. */
  readonly freeDisk: readonly FreeDisk[];
  /** Whether the old primary refuses to replicate from a server of a newer version. */
  readonly refusesNewerSource: boolean;
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

/** The findings that a switchover adds to those of the preflight. Everything that its completion needs is among them. */
export function checkSwitchover(seen: SwitchoverObservation, limits: SwitchoverLimits): Finding[] {
  return [
    ...checkIdentity(seen),
    checkFinal(seen),
    checkReplicaChannel(seen),
    checkLag(seen, limits),
    checkRunningWrites(seen),
    checkIdleTransactions(seen),
    checkOpenXa(seen),
    checkScheduler(seen.from),
    ...checkEvents(seen.to.label, eventsToEnable(seen.to.events, seen.from.events)),
    ...checkNewerSource(seen),
    ...seen.freeDisk.map(checkDisk),
    ...checkRoutes(seen),
  ];
}

function checkIdentity({ from, to, expectedUuids }: SwitchoverObservation): Finding[] {
  return [from, to].flatMap(({ name, label, facts }) => {
    const expected = expectedUuids[name];
    if (expected === undefined) return [];
    const check = checkOn(label, "identity", `server_uuid ${expected}`);
    if (facts.serverUuid.toLowerCase() === expected.toLowerCase()) return [check.ok(facts.serverUuid)];
    return [check.blocker(facts.serverUuid, "this is another server: check the address")];
  });
}

function checkFinal({ from, entry }: SwitchoverObservation): Finding {
  const check = checkOn(from.label, "finalized", "a migration that can be rolled back");
  if (entry?.isFinal !== true) return check.ok("not finalized");
  return check.blocker(
    `switchover ${entry.number} was finalized: reverse replication is gone and the servers have diverged`,
    "there is no rollback after finalize; to return, migrate in the other direction",
  );
}

function checkReplicaChannel({ from, to }: SwitchoverObservation): Finding {
  const { channel } = to;
  const check = checkOn(
    to.label,
    "replica-channel",
    `a channel that receives from ${from.facts.serverUuid} and applies`,
  );
  if (channel === undefined) {
    return check.blocker("it is not a replica: no channel of this migration", "run phase replicate first");
  }
  if (!isReplicating(channel)) return check.blocker(describeChannel(channel), "fix what it names, then run again");
  if (channel.sourceUuid === from.facts.serverUuid) return check.ok(describeChannel(channel));
  return check.blocker(`it receives from ${channel.sourceUuid}`, "run phase replicate again");
}

function checkLag({ to, isShrinking }: SwitchoverObservation, { maximumLagSeconds }: SwitchoverLimits): Finding {
  const check = checkOn(to.label, "lag", `at most ${maximumLagSeconds} s behind`);
  const { lag } = to;
  if (lag === undefined) return check.blocker(to.uncompared ?? "unknown", "see whether both servers answer");
  if (lag.missing === "" || (lag.seconds !== null && lag.seconds <= maximumLagSeconds)) {
    return check.ok(lag.missing === "" ? "caught up" : `${lag.seconds} s behind`);
  }
  const trend = isShrinking === undefined ? "" : isShrinking ? ", shrinking" : ", not shrinking";
  return check.blocker(
    `${lag.seconds === null ? "nothing applied yet" : `${lag.seconds} s behind`}${trend}`,
    "let the replica catch up: less load on the primary, more resources for the replica",
  );
}

function checkRunningWrites({ from, runningWrites }: SwitchoverObservation): Finding {
  const check = checkOn(from.label, "running-writes", "no writing statement that runs for long");
  if (runningWrites.length === 0) return check.ok("none");
  return check.blocker(
    runningWrites.map(({ sessionId, seconds }) => `session ${sessionId} since ${seconds} s`).join(", "),
    "let them end, or end them yourself: the fence would wait for them, and every other write with it",
  );
}

function checkIdleTransactions({ from, idleTransactions }: SwitchoverObservation): Finding {
  const check = checkOn(from.label, "idle-transactions", "no transaction left open");
  if (idleTransactions === 0) return check.ok("none");
  const count = `${idleTransactions} open transaction${idleTransactions === 1 ? "" : "s"}, idle for over a second`;
  return check.warning(count, "their COMMIT will be refused (1290): the application has to repeat them");
}

function checkOpenXa({ from, openXa }: SwitchoverObservation): Finding {
  const check = checkOn(from.label, "open-xa-transactions", "no open XA transaction");
  if (openXa.length === 0) return check.ok("none");
  return check.blocker(
    `session ${openXa.join(", ")}`,
    "let them end: MySQL would let them prepare and commit behind the fence, where nobody sees it any more",
  );
}

/** The fail-safe is an event; turning the scheduler on would also start events that somebody has put to rest so. */
function checkScheduler({ label, facts: { eventScheduler }, events }: MemberState): Finding {
  const check = checkOn(label, "event-scheduler", "a scheduler for the fail-safe");
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

/** Where reverse replication is required, and goes from a newer series to an older one. */
function checkNewerSource({ from, refusesNewerSource }: SwitchoverObservation): Finding[] {
  if (!refusesNewerSource) return [];
  const check = checkOn(from.label, "newer-source", "an old primary that replicates from a newer version");
  return [
    check.blocker(
      "replica_allow_higher_version_source is OFF",
      "SET PERSIST replica_allow_higher_version_source = ON there, or give up the rollback: reverseReplication none",
    ),
  ];
}

function checkDisk({ label, directory, bytes }: FreeDisk): Finding {
  const check = checkOn(label, "free-disk", "at least 256 MiB free");
  const seen = `${Math.floor(bytes / 1024 / 1024)} MiB free in ${directory}`;
  if (bytes >= LEAST_FREE_BYTES) return check.ok(seen);
  return check.blocker(seen, "free some space: a primary whose disk is full stops every write");
}

function checkRoutes({ from, to, routes }: SwitchoverObservation): Finding[] {
  return routes.flatMap(({ name, state, endpoints }) => {
    const check = checkOn(name, "traffic-route", `routes to ${from.name}`);
    const missing = endpoints.includes(to.name)
      ? []
      : [
          checkOn(name, "traffic-route", `a route that knows ${to.name}`).blocker(
            `it knows ${endpoints.join(", ")}`,
            `add ${to.name} to it in gtid-ferry:trafficRoutes`,
          ),
        ];
    if (state === from.name) return [check.ok(`routes to ${state}`), ...missing];
    const seen = state === "elsewhere" ? "routes to none of the servers" : `is at "${state}"`;
    return [check.blocker(seen, `let it route to ${from.name}, or correct its options`), ...missing];
  });
}
