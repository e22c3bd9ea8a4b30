import { replicationLag } from "../channel/index.js";
import { GtidSet } from "../gtid/index.js";
import { compareGtidSets, type GtidDifference, MysqlServer } from "../mysql/index.js";
import { inTime, messageOf } from "../operation/index.js";
import type { Comparison, MemberReport } from "./member.js";
import type { OpenMember } from "./members.js";

/** Proving transactions errant takes three seconds. */
const COMPARISON_MILLISECONDS = 15_000;

/** Compares a member with the primary; a primary that has gone away meanwhile is no error here. */
export async function compareWithPrimary(
  primary: { readonly open: OpenMember; readonly report: MemberReport },
  replica: MysqlServer,
  report: MemberReport,
): Promise<Comparison> {
  try {
    const comparing = compare(primary, replica, report);
    const { missing, errant } = await inTime(comparing, COMPARISON_MILLISECONDS, "comparing GTID sets", report.label);
    const { channel, facts } = report;
    if (channel !== undefined) return { lag: replicationLag(missing, channel, facts.now), errant };
    return { lag: { missing, seconds: missing === "" ? 0 : null }, errant };
  } catch (error) {
    return { lag: undefined, errant: undefined, uncompared: messageOf(error) };
  }
}

async function compare(
  primary: { readonly open: OpenMember; readonly report: MemberReport },
  replica: MysqlServer,
  { facts }: MemberReport,
): Promise<GtidDifference> {
  const onPrimary = GtidSet.parse(primary.report.facts.gtidExecuted);
  const onReplica = GtidSet.parse(facts.gtidExecuted);
  if (onPrimary.contains(onReplica)) return { missing: onPrimary.subtract(onReplica).toString(), errant: "" };
  // The comparison blocks its connection while it waits, and other members are compared at the same time.
  const { connection } = primary.open.member;
  return MysqlServer.with(connection, primary.open.name, (own) => compareGtidSets(own, replica));
}
