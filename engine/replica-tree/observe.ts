import { isConfiguredFor } from "../channel/index.js";
import { isNobodyListening, type MysqlServer } from "../mysql/index.js";
import { FerryError, inTime, messageOf } from "../operation/index.js";
import { type PrimaryStatus, primaryOf } from "../topology/index.js";
import { compareWithPrimary, type Standing } from "./compare.js";
import type { LostMember, MemberState } from "./member-state.js";
import type { Member, Members } from "./members.js";
import { readMember } from "./read-member.js";
import { reachableMembers, type SeenMember, sourceOf } from "./relations.js";
import type { TreeRequest } from "./request.js";
import { rootOf } from "./tree-shape.js";

/** A reachable member, and how it stands to the others. */
export interface PlacedMember extends MemberState, Standing {
  /** The member that its channel reads from, by name; undefined without a channel, or when it is none of them. */
  readonly source: string | undefined;
  /** Whether the channel has the account, password, TLS and times that the request has for that source. */
  readonly isConfigured: boolean;
}

export type ObservedMember = PlacedMember | LostMember;

export interface ObservedTree {
  readonly channel: string;
  /** Who has the primary role. */
  readonly status: PrimaryStatus;
  /** The present primary by name; undefined when it cannot be told or does not answer. */
  readonly primary: string | undefined;
  readonly members: Readonly<Record<string, ObservedMember>>;
}

/** A server that is frozen takes connections and answers nothing. */
const LOOK_MILLISECONDS = 10_000;

/** Looks at every member at once, then at how they stand to the primary. Writes nothing; who is away is no error. */
export async function observeMembers(request: TreeRequest, members: Members): Promise<ObservedTree> {
  const seen = await Promise.all(Object.values(members).map((member) => look(member, request.channel)));
  const sourced = seen.map((member) =>
    member.reachable ? { ...member, source: sourceOf(member, seen, request.members) } : member,
  );
  const status = primaryOf(sourced, rootOf(request.tree));
  const primary = status.kind === "reachable" ? status.name : undefined;
  const placed = await Promise.all(sourced.map((member) => place(member, seen, request, members, primary)));
  return {
    channel: request.channel,
    status,
    primary,
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
  member: (MemberState & Pick<PlacedMember, "source">) | LostMember,
  all: readonly SeenMember[],
  request: TreeRequest,
  members: Members,
  primary: string | undefined,
): Promise<ObservedMember> {
  const server = serverOf(members, member.name);
  if (!member.reachable) return member;
  if (server === undefined) throw new Error(`${member.label} was seen without a connection`);
  try {
    const { source } = member;
    const configured = isConfiguredAs(server, member, source, request);
    const isConfigured = await inTime(configured, LOOK_MILLISECONDS, "looking at the channel", member.label);
    if (member.name === primary) return { ...member, source, isConfigured, lag: undefined, errant: "" };
    const state = reachableMembers(all).find(({ name }) => name === primary);
    const primaryMember = primary === undefined ? undefined : members[primary];
    if (state === undefined || primaryMember === undefined) {
      return { ...member, source, isConfigured, lag: undefined, errant: undefined };
    }
    const standing = await compareWithPrimary({ member: primaryMember, state }, server, member);
    return { ...member, source, isConfigured, ...standing };
  } catch (error) {
    return lost(member.name, member.label, error);
  }
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
