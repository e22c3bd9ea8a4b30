import { addressOf, MysqlServer, type SessionOptions } from "../mysql/index.js";
import type { ReplicationEnd } from "../replication/index.js";
import type { TreeRequest } from "./request.js";

/** One member, and the connection to it where there is one. */
export interface Member {
  readonly name: string;
  /** For messages: name and address, e.g. `replica-1 10.20.1.5:3306`. */
  readonly label: string;
  readonly end: ReplicationEnd;
  readonly connection: { readonly server: MysqlServer } | { readonly failure: unknown };
}

export type Members = Readonly<Record<string, Member>>;

/** Connects to every member at once and closes all afterwards; a member that cannot be reached is no error here. */
export async function withMembers<T>(
  request: TreeRequest,
  work: (members: Members) => Promise<T>,
  session: SessionOptions = {},
): Promise<T> {
  const opened = await Promise.all(
    Object.entries(request.members).map(async ([name, end]) => [name, await open(name, end, session)] as const),
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

async function open(name: string, end: ReplicationEnd, session: SessionOptions): Promise<Member> {
  const member = { name, label: `${name} ${addressOf(end.connection)}`, end };
  try {
    return { ...member, connection: { server: await MysqlServer.connect(end.connection, name, session) } };
  } catch (failure) {
    return { ...member, connection: { failure } };
  }
}
