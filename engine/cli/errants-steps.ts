import {
  DataComparison,
  describeInjection,
  type ErrantReport,
  injectEmpty,
  planReset,
  type RepairMethod,
  reconcileTables,
  resetHistory,
} from "../errant/index.js";
import type { GtidSet } from "../gtid/index.js";
import { showStatement } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import type { ErrantServers } from "./errants-options.js";
import { toStandardError } from "./to-standard-error.js";

/** The methods that the command line carries out itself. */
export type Method = Exclude<RepairMethod, "rebuild">;
export const METHODS: readonly Method[] = ["inject-empty", "reset", "reconcile"];

/** What `applyRepair` would do, a line for each statement. */
export async function planRepair(
  servers: ErrantServers,
  method: Method,
  gtids: GtidSet,
  report: ErrantReport,
): Promise<readonly string[]> {
  if (gtids.isEmpty()) return [];
  const { primary, replica } = servers;
  const injection = describeInjection(gtids).map((line) => `${primary.label}: ${line}`);
  switch (method) {
    case "inject-empty":
      return injection;
    case "reset":
      return (await planReset(replica, { errant: gtids })).map((step) => `${replica.label}: ${showStatement(step)}`);
    case "reconcile": {
      const { changedTables } = report;
      const rows = changedTables.length === 0 ? [] : await comparisonOf(servers).planRepair(changedTables);
      return [...rows, ...injection];
    }
  }
}

/** Each method may be run again after an interruption at any point. */
export async function applyRepair(
  servers: ErrantServers,
  method: Method,
  gtids: GtidSet,
  report: ErrantReport,
  progress: Progress,
): Promise<void> {
  const { replica, primaryMember } = servers;
  switch (method) {
    case "reset":
      return resetHistory(replica, { errant: gtids }, progress);
    case "reconcile":
      await reconcileTables(comparisonOf(servers), report.changedTables, progress);
      await injectEmpty({ members: [primaryMember], gtids, allowWrites: true }, progress);
      return;
    case "inject-empty":
      await injectEmpty({ members: [primaryMember], gtids, allowWrites: true }, progress);
      return;
  }
}

function comparisonOf({ primaryMember, replicaConnection }: ErrantServers): DataComparison {
  return new DataComparison(primaryMember.connection, replicaConnection, toStandardError);
}
