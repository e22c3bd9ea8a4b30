import { isConfiguredFor } from "../channel/index.js";
import { isNobodyListening, type MysqlServer } from "../mysql/index.js";
import { FerryError, inTime, messageOf } from "../operation/index.js";
import { compareWithPrimary } from "./compare.js";
import type { LostMember, MemberReport, MemberState, SeenMember } from "./member.js";
import { type Members, type OpenMember, serverFor } from "./members.js";
import { type PrimaryStatus, primaryOf } from "./primary.js";
import { readMember } from "./read-member.js";
import type { Topology, Tree } from "./request.js";
import { sourceOf } from "./source-of.js";
import { rootOf } from "./tree.js";

/** A topology as it was seen. */
export interface ObservedTopology {
  readonly channel: string;
  /** Who has the primary role. */
  readonly status: PrimaryStatus;
  /** The present primary by name; undefined when it cannot be told or does not answer. */
  readonly primary: string | undefined;
  readonly members: Readonly<Record<string, SeenMember>>;
}

/** A server that is frozen takes connections and answers nothing. */
const ANSWER_MILLISECONDS = 10_000;

/**
 * Looks at every member at once, then at how they compare with the primary. Writes nothing; a member that does not answer
 * is no error. `answerMilliseconds` is how long one may take: whose disk is full may say nothing for long.
 */
export async function observe(
  topology: Topology,
  members: Members,
  answerMilliseconds = ANSWER_MILLISECONDS,
): Promise<ObservedTopology> {
  const { channel } = topology;
  const reports = await Promise.all(Object.values(members).map((member) => ask(member, channel, answerMilliseconds)));
  const sourced = reports.map((report) =>
    report.reachable ? { ...report, source: sourceOf(report, reports, topology.members) } : report,
  );
  const status = primaryOf(sourced, rootOf(topology.tree));
  const primary = status.kind === "reachable" ? status.name : undefined;
  const main = sourced.find(({ name }) => name === primary);
  const placed = await Promise.all(
    sourced.map((report) => (report.reachable ? place(report, main, topology, members, answerMilliseconds) : report)),
  );
  return { channel, status, primary, members: Object.fromEntries(placed.map((member) => [member.name, member])) };
}

/** The members that answer. */
export function reachableMembers({ members }: Pick<ObservedTopology, "members">): MemberState[] {
  return Object.values(members).filter((member) => member.reachable);
}

/** A member that was seen to answer; the error of the attempt to reach one that was not. */
export function memberFor({ members }: Pick<ObservedTopology, "members">, name: string): MemberState {
  const member = members[name];
  if (member === undefined) throw new Error(`${name} is no member`);
  if (!member.reachable) throw member.failure;
  return member;
}

/** Who follows whom now; without members that do not answer, or that follow none of the others. */
export function presentTree(observed: ObservedTopology): Tree {
  return Object.fromEntries(
    reachableMembers(observed).flatMap(({ name, source }): [string, string | null][] => {
      if (name === observed.primary) return [[name, null]];
      return source === undefined ? [] : [[name, source]];
    }),
  );
}

async function ask(open: OpenMember, channel: string, answerMilliseconds: number): Promise<MemberReport | LostMember> {
  const { name, label, connection } = open;
  if ("failure" in connection) return lost(open, connection.failure);
  try {
    const reading = readMember(connection.server, name, channel);
    return await inTime(reading, answerMilliseconds, "looking at the server", label);
  } catch (error) {
    return lost(open, error);
  }
}

function lost({ name, label, member: { expectedUuid } }: OpenMember, failure: unknown): LostMember {
  const cause = failure instanceof FerryError ? failure.cause : failure;
  const seen = failure instanceof FerryError ? failure.problem.seen : messageOf(failure);
  const known = expectedUuid === undefined ? {} : { expectedUuid };
  return { name, label, reachable: false, seen, isRefused: isNobodyListening(cause), ...known, failure };
}

type Sourced = MemberReport & Pick<MemberState, "source">;

async function place(
  report: Sourced,
  primary: Sourced | LostMember | undefined,
  topology: Topology,
  members: Members,
  answerMilliseconds: number,
): Promise<SeenMember> {
  const { name, label } = report;
  const self = members[name];
  if (self === undefined) throw new Error(`${name} is no member`);
  try {
    const server = serverFor(members, name);
    const reading = isConfiguredAs(server, report, topology);
    const isConfigured = await inTime(reading, answerMilliseconds, "looking at the channel", label);
    const placed = { ...report, isConfigured };
    if (name === primary?.name) return { ...placed, lag: undefined, errant: "" };
    const open = primary === undefined ? undefined : members[primary.name];
    if (open === undefined || primary?.reachable !== true) return { ...placed, lag: undefined, errant: undefined };
    return { ...placed, ...(await compareWithPrimary({ open, report: primary }, server, report)) };
  } catch (error) {
    return lost(self, error);
  }
}

async function isConfiguredAs(
  server: MysqlServer,
  { channel, source }: Sourced,
  { members }: Topology,
): Promise<boolean> {
  if (channel === undefined || source === undefined) return false;
  const address = members[source]?.address;
  // Of a member without an address nobody wants anything of the channels that lead to it.
  return address === undefined || isConfiguredFor(server, channel, address);
}
