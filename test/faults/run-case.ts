import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { type SwitchoverStep, switchover } from "@gtid-ferry/engine/switchover";
import { otherSide, SIDES, type Side } from "@gtid-ferry/engine/topology";
import { withRoutes } from "@gtid-ferry/engine/traffic";
import type { TestMysql } from "../../lab/testing.js";
import { FollowingWriters } from "../server/helpers/following-writers.js";
import { type Arena, BUDGET_SECONDS, LIMITS } from "./arena.js";
import { DriverProcess } from "./driver-process.js";
import type { Fault } from "./faults.js";
import { longestPause } from "./observer.js";
import { allowedOutcomes, type Outcome } from "./outcome.js";

export interface CaseResult {
  readonly fault: string;
  readonly step: SwitchoverStep;
  readonly outcome: Outcome;
  /** Longest time in which no write was accepted, as writers and observer saw it, until the next run had converged. */
  readonly pauseMilliseconds: number;
  readonly acknowledged: number;
  /** What must never be; empty when all is well. */
  readonly violations: readonly string[];
  readonly message: string;
  readonly seconds: number;
}

const WRITERS = 4;
/** A replica has to be able to keep up on a small machine. */
const THINK_MILLISECONDS = 5;
/** The fail-safe counts from before the fence, and the server's clock ticks as it likes. */
const TOLERANCE_MILLISECONDS = 700;
const DRIVER_TIMEOUT_MILLISECONDS = 90_000;
const SELF_HEALING_MILLISECONDS = (BUDGET_SECONDS + 15) * 1000;
/** A server that had no disk space looks again once a minute. */
const DISK_HEALING_MILLISECONDS = 70_000;
const CATCH_UP_SECONDS = 100;
const LAST_LINES = 8;
/** Writers see the end of a pause by their next write. */
const SETTLED_MILLISECONDS = 100;

/** Moves the primary role from `from`, lets a fault happen at a step, and judges what came of it. */
export async function runCase(arena: Arena, fault: Fault, step: SwitchoverStep, from: Side): Promise<CaseResult> {
  const to = otherSide(from);
  const began = performance.now();
  const logins = SIDES.map((side) => ({
    ...arena.server(side).options,
    user: "writer",
    password: "w",
  }));
  const writers = await FollowingWriters.start(logins, WRITERS, THINK_MILLISECONDS);
  const violations: string[] = [];
  const driver = await DriverProcess.start(arena.directory, `${from}-${step}`, {
    request: arena.request(to),
    routes: [arena.haproxy.route],
    holdAt: step,
  });
  let heal = async () => {};
  if (await driver.reaches(step)) {
    heal = await fault.inject({ arena, driver, writers, from, to });
    driver.release();
  } else {
    violations.push(`the driver never came to ${step}: ${driver.lines.slice(-5).join(" | ")}`);
  }
  const end = await Promise.race([driver.ended(), sleep(DRIVER_TIMEOUT_MILLISECONDS, "late" as const, { ref: false })]);
  if (end === "late") {
    violations.push(`the driver had no end after ${DRIVER_TIMEOUT_MILLISECONDS / 1000} s`);
    await driver.kill();
  } else if (!(await driver.exits())) {
    violations.push("the driver's process outlived its end");
    await driver.kill();
  }
  await heal();

  const isDriverKilled = fault.killsDriver === true;
  const mayStrikeCommit = fault.mayStrikeCommit === true;
  const allowed = allowedOutcomes(step, isDriverKilled, mayStrikeCommit);
  const mayStayFenced = allowed.includes("both fenced");
  const patience = mayStrikeCommit ? DISK_HEALING_MILLISECONDS : mayStayFenced ? 1000 : SELF_HEALING_MILLISECONDS;
  const byItself = await arena.observer.awaitAnyWritable(patience);
  if (byItself === undefined && !mayStayFenced) violations.push("nobody accepts writes by itself");
  const lastWords = () => `killed; its last words: ${driver.lines.slice(-LAST_LINES).join(" | ")}`;
  const message = end === "late" || end === undefined ? lastWords() : end.message;
  const outcome = byItself === undefined ? "both fenced" : byItself === to ? "completed" : stopped(message);
  if (!allowed.includes(outcome)) violations.push(`${outcome}, where only ${allowed.join(" or ")} is allowed`);

  try {
    await converge(arena, to);
  } catch (error) {
    violations.push(`the next run does not converge: ${messageOf(error)}`);
  }
  await sleep(SETTLED_MILLISECONDS);
  await writers.stop();
  const sightings = arena.observer.since(began);
  const unwritable = longestPause(sightings, performance.now());
  const pauseMilliseconds = Math.max(writers.longestPause, unwritable);
  if (sightings.some(({ writable }) => writable === "both")) violations.push("two servers accepted writes at once");
  // Behind the fail-safe a pause lasts as long as the fault keeps the driver from going on.
  const hasStruckCommit = step === "commit" || (mayStrikeCommit && outcome !== "undone" && outcome !== "refused");
  const isBounded = fault.stopsServer !== true && !hasStruckCommit;
  if (isBounded && pauseMilliseconds > BUDGET_SECONDS * 1000 + TOLERANCE_MILLISECONDS) {
    violations.push(
      `writes were stopped for ${Math.round(writers.longestPause)} ms as the writers saw it, ${Math.round(unwritable)} ms as the servers did`,
    );
  }
  violations.push(...(await audit(arena, writers, to).catch((error: unknown) => [`no audit: ${messageOf(error)}`])));
  return {
    fault: fault.name,
    step,
    outcome,
    pauseMilliseconds: Math.round(pauseMilliseconds),
    acknowledged: writers.acknowledged.length,
    violations,
    message,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
}

/** A run that was refused by its checks has stopped no writes. */
function stopped(message: string): "undone" | "refused" {
  return message.includes("they were stopped for") || message.startsWith("killed") ? "undone" : "refused";
}

/** What the next `pulumi up` does, over a network that works. */
export async function converge(arena: Arena, to: Side): Promise<void> {
  await ensureChannel({ ...arena.pair.channel, startTimeoutSeconds: CATCH_UP_SECONDS }, silent);
  const request = arena.pair.request(to, { ...LIMITS, quietTimeoutSeconds: CATCH_UP_SECONDS });
  await withRoutes([arena.haproxy.route], silent, async (routes) => {
    await switchover(request, routes, silent);
    const led = await routes[0]?.observe();
    if (led !== to) throw new Error(`HAProxy leads to ${led}`);
  });
  const other = otherSide(to);
  const state = "SELECT @@read_only + @@super_read_only AS fences";
  const [primary] = await arena.server(to).rootQuery(state);
  const [replica] = await arena.server(other).rootQuery(state);
  if (primary?.fences !== 0 || replica?.fences !== 2) {
    throw new Error(`the primary has ${primary?.fences} fences, the replica ${replica?.fences}`);
  }
  const leftovers = "SELECT COUNT(*) AS found FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'gtid_ferry'";
  const [left] = await arena.server(to).rootQuery(leftovers);
  if (left?.found !== 0) throw new Error("the fail-safe event is left on the primary");
  for (const side of SIDES) await assertRole(arena.server(side), side === to);
}

/** In its role after a restart, too, and with no fail-safe asleep that could change it. */
async function assertRole(server: TestMysql, isPrimary: boolean): Promise<void> {
  const [role] = await server.rootQuery(
    `SELECT (SELECT GROUP_CONCAT(VARIABLE_VALUE) FROM performance_schema.persisted_variables
        WHERE VARIABLE_NAME IN ('read_only', 'super_read_only')) AS persisted,
      (SELECT COUNT(*) FROM performance_schema.threads
        WHERE NAME = 'thread/sql/event_worker' AND PROCESSLIST_DB = 'gtid_ferry') AS failSafes`,
  );
  const wanted = isPrimary ? "OFF,OFF" : "ON,ON";
  if (role?.persisted === wanted && role.failSafes === 0) return;
  throw new Error(
    `${isPrimary ? "the primary" : "the replica"} has ${role?.persisted} persisted and ${role?.failSafes} fail-safe threads`,
  );
}

async function audit(arena: Arena, writers: FollowingWriters, primary: Side): Promise<string[]> {
  const replica = otherSide(primary);
  const [row] = await arena.server(primary).rootQuery("SELECT @@gtid_executed AS executed");
  const wait = `SELECT WAIT_FOR_EXECUTED_GTID_SET('${String(row?.executed)}', ${CATCH_UP_SECONDS}) AS timedOut`;
  const [waited] = await arena.server(replica).rootQuery(wait);
  const violations = waited?.timedOut === 0 ? [] : [`the ${replica} never caught up`];
  for (const side of [primary, replica] as const) {
    const rows = await arena.server(side).rootQuery(writers.selectIds);
    for (const [kind, ids] of Object.entries(writers.audit(rows.map(({ id }) => Number(id))))) {
      if (ids.length > 0) violations.push(`${ids.length} writes ${kind} on the ${side}`);
    }
  }
  return violations;
}
