import { type ConnectionOptions, MysqlServer } from "../mysql/index.js";
import { FerryError, messageOf } from "../operation/index.js";
import { ownsRole, readRole } from "./roles.js";
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
      const role = await readRole(server, side);
      if (role.readOnly) return { isPrimary: false, seen: `${server.label} is read-only` };
      const isPrimary = ownsRole(role, "source");
      const words = isPrimary ? "is the primary and accepts writes" : "accepts writes and is not the primary";
      return { isPrimary, seen: `${server.label} ${words}` };
    });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return { isPrimary: false, seen: messageOf(error) };
  }
}
