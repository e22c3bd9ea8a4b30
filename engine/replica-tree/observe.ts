import { isNobodyListening, type MysqlServer } from "../mysql/index.js";
import { FerryError, inTime, messageOf } from "../operation/index.js";
import { isConfiguredFor, type Obstacle, type ReplicationLag, replicationLag } from "../replication/index.js";
import { compareGtidSets } from "../topology/index.js";
import type { LostMember, MemberState } from "./member-state.js";
import type { Member, Members } from "./members.js";
import { readMember } from "./read-member.js";
import { presentPrimary, type SeenMember, sourceOf } from "./relations.js";
import type { TreeRequest } from "./request.js";

/** A reachable member, and how it stands to the others. */
export interface PlacedMember extends MemberState {
  /** The member that its channel reads from, by name; undefined without a channel, or when it is none of them. */
  readonly source: string | undefined;
  /** Whether the channel has the account, password, TLS and times that the request has for that source. */
  readonly isConfigured: boolean;
  /** Behind the primary; undefined for the primary itself, and when there is none to compare with. */
  readonly lag: ReplicationLag | undefined;
  /** Proven not to be on the primary; `""` is none, undefined when there is no primary to compare with. */
  readonly errant: string | undefined;
}

export type ObservedMember = PlacedMember | LostMember;

export interface ObservedTree {
  readonly channel: string;
  /** The present primary by name; undefined when it cannot be told or does not answer. */
  readonly primary: string | undefined;
  /** Why there is none. */
  readonly primaryObstacle: Obstacle | undefined;
  readonly members: Readonly<Record<string, ObservedMember>>;
}

/** A server that is frozen takes connections and answers nothing. */
const LOOK_MILLISECONDS = 10_000;

/** Looks at every member at once, then at how they stand to the primary. Writes nothing; who is away is no error. */
export async function observeMembers(request: TreeRequest, members: Members): Promise<ObservedTree> {
  const seen = await Promise.all(Object.values(members).map((member) => look(member, request.channel)));
  const role = presentPrimary(seen);
  const primary = "name" in role ? role.name : undefined;
  const placed = await Promise.all(seen.map((member) => place(member, seen, request, members, primary)));
  return {
    channel: request.channel,
    primary,
    primaryObstacle: "name" in role ? undefined : role.obstacle,
    members: Object.fromEntries(placed.map((member) => [member.name, member])),
  };
}

async function look({ name, label, connection }: Member, channel: string): Promise<SeenMember> {
  if ("failure" in connection) return lost(name, label, connection.failure);
  try {
    return await inTime(
      readMember(connection.server, name, channel),
      LOOK_MILLISECONDS,
      "looking at the server",
      label,
    );
  } catch (error) {
    return lost(name, label, error);
  }
}

function lost(name: string, label: string, error: unknown): LostMember {
  const cause = error instanceof FerryError ? error.cause : error;
  const seen = error instanceof FerryError ? error.problem.seen : messageOf(error);
  return { name, label, reachable: false, seen, isRefused: isNobodyListening(cause) };
}

async function place(
  member: SeenMember,
  all: readonly SeenMember[],
  request: TreeRequest,
  members: Members,
  primary: string | undefined,
): Promise<ObservedMember> {
  if (!member.reachable) return member;
  const server = serverOf(members, member.name);
  if (server === undefined) return lost(member.name, member.label, new Error("its connection is gone"));
  const source = sourceOf(member, all, request.members);
  const isConfigured = await isConfiguredAs(server, member, source, request);
  const primaryServer = serverOf(members, primary);
  if (primaryServer === undefined || primary === member.name) {
    return { ...member, source, isConfigured, lag: undefined, errant: primary === member.name ? "" : undefined };
  }
  const { missing, errant } = await compareGtidSets(primaryServer, server);
  const { channel, facts } = member;
  const lag =
    channel === undefined
      ? { missing, seconds: missing === "" ? 0 : null }
      : replicationLag(missing, channel, facts.now);
  return { ...member, source, isConfigured, lag, errant };
}

async function isConfiguredAs(
  server: MysqlServer,
  { channel }: MemberState,
  source: string | undefined,
  request: TreeRequest,
): Promise<boolean> {
  const end = source === undefined ? undefined : request.members[source];
  return channel !== undefined && end !== undefined && isConfiguredFor(server, channel, end.address);
}

/** The connection to a member; undefined when there is none. */
export function serverOf(members: Members, name: string | undefined): MysqlServer | undefined {
  const connection = name === undefined ? undefined : members[name]?.connection;
  return connection !== undefined && "server" in connection ? connection.server : undefined;
}
