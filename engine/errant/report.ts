import { formatGtidSet, GtidSet } from "../gtid/index.js";
import { type ConnectionOptions, compareGtidSets, type MysqlServer } from "../mysql/index.js";
import { type ExplainOptions, type Explanation, explainErrants } from "./explain.js";
import { readResetRecord } from "./reset-record.js";

/** The errant transactions of a replica, explained. GTID sets carry no white space; `""` is none. */
export interface ErrantReport extends Explanation {
  readonly errant: string;
  /** On the source and not yet on the replica: lag, no fault. */
  readonly missing: string;
  /** What a reset that was begun and has not ended takes out; the history is not to be trusted until it is completed. */
  readonly unfinishedReset: string;
}

/** Compares two live servers, and explains what only the replica has, or the part of it in `only`. Changes nothing. */
export async function reportErrants(
  source: MysqlServer,
  replica: MysqlServer,
  replicaConnection: ConnectionOptions,
  options: ExplainOptions = {},
  only?: GtidSet,
): Promise<ErrantReport> {
  const unfinishedReset = (await readResetRecord(replica))?.errant ?? "";
  const { errant, missing } = await compareGtidSets(source, replica);
  const part = only === undefined ? errant : formatGtidSet(only.intersect(GtidSet.parse(errant)));
  return { errant, missing, unfinishedReset, ...(await explainErrants(replica, replicaConnection, part, options)) };
}
