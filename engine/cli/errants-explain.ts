import {
  DataComparison,
  type ErrantReport,
  type ExplainOptions,
  type RepairSituation,
  reportErrants,
} from "../errant/index.js";
import type { GtidSet } from "../gtid/index.js";
import type { ErrantServers, ErrantsOptions } from "./errants-options.js";
import { toStandardError } from "./to-standard-error.js";

export interface ExplainedErrants {
  readonly report: ErrantReport;
  readonly situation: RepairSituation;
}

/** Explains errant transactions, or the part of them in `only`, and compares data as far as the user asks for it. */
export async function explainWithData(
  servers: ErrantServers,
  options: ErrantsOptions,
  explain: ExplainOptions,
  only?: GtidSet,
): Promise<ExplainedErrants> {
  const { primary, replica, primaryMember, replicaConnection } = servers;
  if (options.compare !== true) {
    const report = await reportErrants(primary, replica, replicaConnection, explain, only);
    return { report, situation: { primaryIsReachable: true, allDataIsEqual: false } };
  }
  const comparison = new DataComparison(primaryMember.connection, replicaConnection, toStandardError);
  const isEqualOnSource: ExplainOptions["isEqualOnSource"] = (tables) => comparison.isEqual(tables);
  const report = await reportErrants(primary, replica, replicaConnection, { ...explain, isEqualOnSource }, only);
  const isInDoubt = report.classes.unknown + report.changedByStatement !== "";
  return {
    report,
    situation: { primaryIsReachable: true, allDataIsEqual: isInDoubt && (await comparison.isAllEqual()) },
  };
}
