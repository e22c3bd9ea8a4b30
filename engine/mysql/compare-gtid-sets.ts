import { z } from "zod";
import { compactGtidSet } from "./facts.js";
import type { MysqlServer } from "./server.js";

/** How a replica's transactions differ from its source's, as GTID sets; `""` is none. */
export interface GtidDifference {
  /** On the source and not yet on the replica: lag, no fault. */
  readonly missing: string;
  /** On the replica and proven not to be on the source. */
  readonly errant: string;
}

const textRow = z.object({ value: z.string().nullable() });
const numberRow = z.object({ value: z.number().nullable() });

/** The source adds a GTID to gtid_executed at times after it has sent it, so a difference is waited for this long. */
const CONFIRM_SECONDS = 1;
const CONFIRM_ROUNDS = 3;

/**
 * Compares two live servers without false alarms: the replica is read first, and what then seems to be on the replica
 * only counts as errant once the source, asked to wait for exactly that set, does not have it. No UUID is left out:
 * the source's own belongs to what a source that lost binary logs is missing.
 */
export async function compareGtidSets(source: MysqlServer, replica: MysqlServer): Promise<GtidDifference> {
  let errant = "";
  for (let round = 0; round < CONFIRM_ROUNDS; round += 1) {
    const onReplica = await readExecuted(replica);
    const onSource = await readExecuted(source);
    errant = await subtractOn(replica, onReplica, onSource);
    const missing = await subtractOn(replica, onSource, onReplica);
    if (errant === "" || (await reaches(source, errant, CONFIRM_SECONDS))) return { missing, errant: "" };
  }
  const onReplica = await readExecuted(replica);
  const onSource = await readExecuted(source);
  return {
    missing: await subtractOn(replica, onSource, onReplica),
    // Only what was there in every round: later rounds may see new transactions still in flight.
    errant: await subtractOn(replica, errant, onSource),
  };
}

export async function readExecuted(server: MysqlServer): Promise<string> {
  const { value } = await server.queryOne("SELECT @@GLOBAL.gtid_executed AS value", [], textRow);
  return compactGtidSet(value ?? "");
}

/** `minuend` without `subtrahend`, computed by `server`: the newer of two servers knows every GTID form. */
export async function subtractOn(server: MysqlServer, minuend: string, subtrahend: string): Promise<string> {
  const { value } = await server.queryOne("SELECT GTID_SUBTRACT(?, ?) AS value", [minuend, subtrahend], textRow);
  if (value === null) throw new Error(`${server.label} could not subtract GTID sets`);
  return compactGtidSet(value);
}

/** Whether the server has executed all of a GTID set within `timeoutSeconds`. */
export async function reaches(server: MysqlServer, set: string, timeoutSeconds: number): Promise<boolean> {
  const sql = "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) AS value";
  return (await server.queryOne(sql, [set, timeoutSeconds], numberRow)).value === 0;
}
