import { addressOf, MysqlServer, type SessionOptions } from "../mysql/index.js";
import type { Member, Topology } from "./request.js";

/** One member, and the connection to it where there is one. */
export interface OpenMember {
  readonly name: string;
  /** For messages: name and address, e.g. `replica-1 10.20.1.5:3306`. */
  readonly label: string;
  readonly member: Member;
  readonly connection: { readonly server: MysqlServer } | { readonly failure: unknown };
}

export type Members = Readonly<Record<string, OpenMember>>;

/** Connects to every member at once and closes all afterwards; a member that cannot be reached is no error here. */
export async function withMembers<T>(
  { members }: Pick<Topology, "members">,
  work: (members: Members) => Promise<T>,
  session: SessionOptions = {},
): Promise<T> {
  const opened = await Promise.all(
    Object.entries(members).map(async ([name, member]) => [name, await open(name, member, session)] as const),
  );
  try {
    return await work(Object.fromEntries(opened));
  } finally {
    await Promise.all(
      opened.map(async ([, { connection }]) => {
        if ("server" in connection) await connection.server.close();
      }),
    );
  }
}

async function open(name: string, member: Member, session: SessionOptions): Promise<OpenMember> {
  const { connection } = member;
  const named = { name, label: `${name} ${addressOf(connection)}`, member };
  try {
    return { ...named, connection: { server: await MysqlServer.connect(connection, name, session) } };
  } catch (failure) {
    return { ...named, connection: { failure } };
  }
}

/** The connection to a member; undefined when there is none. */
export function serverOf(members: Members, name: string): MysqlServer | undefined {
  const connection = members[name]?.connection;
  return connection !== undefined && "server" in connection ? connection.server : undefined;
}

/** The connection to a member that was seen to answer. */
export function serverFor(members: Members, name: string): MysqlServer {
  const server = serverOf(members, name);
  if (server === undefined) throw new Error(`no connection to ${name}`);
  return server;
}

/** Keeps other runs away from every member that answers, in the order of their names, so that two runs do not wait for each other. */
export async function lockMembers(members: Members, names: readonly string[], timeoutSeconds: number): Promise<void> {
  for (const name of [...names].sort()) await serverOf(members, name)?.acquireLock(timeoutSeconds);
}
