import { z } from "zod";
import type { MysqlServer } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { type JournalEntry, readLastEntry } from "./journal.js";
import type { Side } from "./side.js";

/** Who a server is and what it says of the primary role. */
export interface ServerRole {
  readonly side: Side;
  readonly label: string;
  readonly uuid: string;
  readonly lastEntry: JournalEntry | undefined;
}

export interface CommittedRole {
  readonly primary: Side;
  /** The switchover that made it the primary; undefined when the role never moved. */
  readonly entry: JournalEntry | undefined;
}

const uuidRow = z.object({ uuid: z.string() });

export async function readRole(server: MysqlServer, side: Side): Promise<ServerRole> {
  const { uuid } = await server.queryOne("SELECT @@server_uuid AS uuid", [], uuidRow);
  return { side, label: server.label, uuid, lastEntry: await readLastEntry(server) };
}

/**
 * Which of the two is the primary, by the newest journal entry that either of them has: the source as long as there is
 * none. An entry that names neither is an error: it belongs to another pair.
 */
export function committedRole(source: ServerRole, target: ServerRole): CommittedRole {
  const entries = [source, target].flatMap(({ lastEntry }) => (lastEntry === undefined ? [] : [lastEntry]));
  const entry = entries.sort((a, b) => b.number - a.number)[0];
  if (entry === undefined) return { primary: "source", entry };
  for (const { side, uuid } of [source, target]) if (uuid === entry.primaryUuid) return { primary: side, entry };
  throw new FerryError({
    failed: "finding out which server is the primary",
    where: `${source.label} and ${target.label}`,
    seen: `switchover ${entry.number} of ${entry.committedAt} UTC made ${entry.primaryUuid} the primary`,
    wanted: `one of ${source.uuid} (source) and ${target.uuid} (target)`,
    next: "check that both addresses are those of this migration; if a replica has become the primary, lead the role back by `ferry switchover --to source` or `--to target`, or, if that replica is dead, by `ferry failover`",
  });
}
