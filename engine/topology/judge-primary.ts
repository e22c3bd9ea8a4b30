import { type ConnectionOptions, MysqlServer } from "../mysql/index.js";
import { FerryError, messageOf } from "../operation/index.js";
import { isPrimaryByItself, readWitness } from "./witness.js";

export interface PrimaryJudgement {
  readonly isPrimary: boolean;
  readonly seen: string;
}

/**
 * Whether one server accepts writes and is the primary by its own journal. Then it is the primary whatever the other one
 * says: a switchover fences it first. A server that cannot be reached is none.
 */
export async function judgePrimary(connection: ConnectionOptions, name: string): Promise<PrimaryJudgement> {
  try {
    return await MysqlServer.with(connection, name, async (server) => {
      const witness = await readWitness(server, name);
      if (witness.facts.readOnly) return { isPrimary: false, seen: `${server.label} is read-only` };
      const isPrimary = isPrimaryByItself(witness, "source");
      const words = isPrimary ? "is the primary and accepts writes" : "accepts writes and is not the primary";
      return { isPrimary, seen: `${server.label} ${words}` };
    });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return { isPrimary: false, seen: messageOf(error) };
  }
}
