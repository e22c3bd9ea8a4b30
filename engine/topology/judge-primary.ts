import { type ConnectionOptions, MysqlServer, readServerFacts } from "../mysql/index.js";
import { FerryError, messageOf } from "../operation/index.js";
import { readRole } from "./roles.js";
import type { Side } from "./side.js";

export interface PrimaryJudgement {
  readonly isPrimary: boolean;
  readonly seen: string;
}

/**
 * Whether one server accepts writes and is the primary by its own journal. Then it is the primary whatever the other one
 * says: a switchover fences it first. A server that cannot be reached is none.
 */
export async function judgePrimary(connection: ConnectionOptions, side: Side): Promise<PrimaryJudgement> {
  try {
    return await MysqlServer.with(connection, side, async (server) => {
      const { readOnly, superReadOnly } = await readServerFacts(server);
      const { uuid, lastEntry } = await readRole(server, side);
      if (readOnly || superReadOnly) return { isPrimary: false, seen: `${server.label} is read-only` };
      const isPrimary = lastEntry === undefined ? side === "source" : lastEntry.primaryUuid === uuid;
      const role = isPrimary ? "is the primary and accepts writes" : "accepts writes and is not the primary";
      return { isPrimary, seen: `${server.label} ${role}` };
    });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return { isPrimary: false, seen: messageOf(error) };
  }
}
