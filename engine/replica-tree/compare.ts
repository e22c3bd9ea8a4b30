import { type ReplicationLag, replicationLag } from "../channel/index.js";
import { GtidSet } from "../gtid/index.js";
import { compareGtidSets, type GtidDifference, MysqlServer } from "../mysql/index.js";
import { inTime, messageOf } from "../operation/index.js";
import type { MemberState } from "./member-state.js";
import type { Member } from "./members.js";

/** How a member stands to the primary. */
export interface Standing {
  /** Behind the primary; undefined for the primary itself, and when it could not be compared with one. */
  readonly lag: ReplicationLag | undefined;
  /** Proven not to be on the primary; `""` is none, undefined when it could not be compared with one. */
  readonly errant: string | undefined;
  /** Why it could not be compared with the primary, if there is one. */
  readonly uncompared?: string;
}

/** Proving transactions errant takes three seconds. */
const COMPARISON_MILLISECONDS = 15_000;

/** Compares a member with the primary; a primary that has gone away meanwhile is no error here. */
export async function compareWithPrimary(
  primary: { readonly member: Member; readonly state: MemberState },
  replica: MysqlServer,
  state: MemberState,
): Promise<Standing> {
  try {
    const comparing = compare(primary, replica, state);
    const { missing, errant } = await inTime(comparing, COMPARISON_MILLISECONDS, "comparing GTID sets", state.label);
    const { channel, facts } = state;
    if (channel !== undefined) return { lag: replicationLag(missing, channel, facts.now), errant };
    return { lag: { missing, seconds: missing === "" ? 0 : null }, errant };
  } catch (error) {
    return { lag: undefined, errant: undefined, uncompared: messageOf(error) };
  }
}

async function compare(
  primary: { readonly member: Member; readonly state: MemberState },
  replica: MysqlServer,
  { facts }: MemberState,
): Promise<GtidDifference> {
  const onPrimary = GtidSet.parse(primary.state.facts.gtidExecuted);
  const onReplica = GtidSet.parse(facts.gtidExecuted);
  if (onPrimary.contains(onReplica)) return { missing: onPrimary.subtract(onReplica).toString(), errant: "" };
  // The comparison blocks its connection while it waits, and other members are compared at the same time.
  const { connection } = primary.member.end;
  return MysqlServer.with(connection, primary.member.name, (own) => compareGtidSets(own, replica));
}
