import { z } from "zod";
import { type ConnectionOptions, MysqlServer } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { type JournalEntry, readLastEntry, readPrimaryUuids } from "./journal.js";
import { isPrimary, primaryOf, type Witness } from "./primary.js";
import type { Side } from "./side.js";

/** Who a server is and what it says of the primary role. */
export interface ServerRole {
  readonly side: Side;
  readonly label: string;
  readonly uuid: string;
  readonly readOnly: boolean;
  readonly lastEntry: JournalEntry | undefined;
  /** server_uuid of everyone who is or was the primary, by this server's journal. */
  readonly primaryUuids: readonly string[];
}

export interface CommittedRole {
  readonly primary: Side;
  /** The switchover that made it the primary; undefined when the role never moved. */
  readonly entry: JournalEntry | undefined;
}

const flag = z.coerce.number().transform((value) => value === 1);
const selfRow = z.object({ uuid: z.string(), readOnly: flag });

export async function readRole(server: MysqlServer, side: Side): Promise<ServerRole> {
  const self = "SELECT @@server_uuid AS uuid, @@GLOBAL.read_only AS readOnly";
  return {
    side,
    label: server.label,
    ...(await server.queryOne(self, [], selfRow)),
    lastEntry: await readLastEntry(server),
    primaryUuids: await readPrimaryUuids(server),
  };
}

/** Whether a server is the primary by its own journal; one without any entry is it only if it is declared to be. */
export function ownsRole(role: ServerRole, declared?: Side): boolean {
  return isPrimary(primaryOf([witnessOf(role)], declared), role.side);
}

/** What the two servers of a migration say, or the one of them that was asked. The source is declared to be the primary. */
export function pairStatus(...roles: readonly ServerRole[]) {
  return primaryOf(roles.map(witnessOf), "source");
}

/**
 * Whether the source, which answers, is the primary, as far as it and the target know. A target that does not exist yet, or
 * any more, has nothing to say, and a journal that came with the data counts for nothing.
 */
export async function readSourceStatus(
  server: MysqlServer,
  target: ConnectionOptions | undefined,
): Promise<{ readonly isPrimary: boolean; readonly entry: JournalEntry | undefined }> {
  const source = await readRole(server, "source");
  const status = pairStatus(source, ...(target === undefined ? [] : await readIfThere(target)));
  return { isPrimary: isPrimary(status, "source") || status.kind === "foreign", entry: status.entry };
}

async function readIfThere(target: ConnectionOptions): Promise<ServerRole[]> {
  try {
    return [await MysqlServer.with(target, "target", (server) => readRole(server, "target"))];
  } catch (error) {
    if (error instanceof FerryError) return [];
    throw error;
  }
}

/**
 * Which of the two is the primary, by the newest journal entry that either of them has: the source as long as there is
 * none. An entry that names neither is an error: the role has moved to a third server, or the journal is another pair's.
 */
export function committedRole(source: ServerRole, target: ServerRole): CommittedRole {
  const status = pairStatus(source, target);
  if (status.kind === "reachable")
    return { primary: status.name === "source" ? "source" : "target", entry: status.entry };
  throw new FerryError({
    failed: "finding out which server is the primary",
    where: `${source.label} and ${target.label}`,
    seen: status.kind === "unreachable" ? `${status.name} does not answer` : status.seen,
    wanted: `one of ${source.uuid} (source) and ${target.uuid} (target)`,
    next: status.kind === "unreachable" ? "bring it back" : status.next,
  });
}

function witnessOf({ side, label, uuid, readOnly, lastEntry, primaryUuids }: ServerRole): Witness {
  return { name: side, label, reachable: true, facts: { serverUuid: uuid, readOnly }, lastEntry, primaryUuids };
}
