import { z } from "zod";
import { type ConnectionOptions, MysqlServer } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { type JournalEntry, readLastEntry, readPrimaryUuids } from "./journal.js";
import { type Absentee, isPrimary, primaryOf, type Witness, whyNoPrimary } from "./primary.js";

/** The primary of several servers that were asked, and the switchover that made it so; undefined when the role never moved. */
export interface KnownPrimary {
  readonly name: string;
  readonly entry: JournalEntry | undefined;
}

const flag = z.coerce.number().transform((value) => value === 1);
const selfRow = z.object({ serverUuid: z.string(), readOnly: flag });

/** What one server says of the primary role, and no more: cheaper than looking at all of it. */
export async function readWitness(server: MysqlServer, name: string): Promise<Witness> {
  const self = "SELECT @@server_uuid AS serverUuid, @@GLOBAL.read_only AS readOnly";
  return {
    name,
    label: server.label,
    reachable: true,
    facts: await server.queryOne(self, [], selfRow),
    lastEntry: await readLastEntry(server),
    primaryUuids: await readPrimaryUuids(server),
  };
}

/** Whether a server is the primary by its own journal; one without any entry is it only if it is `declared` to be. */
export function isPrimaryByItself(witness: Witness, declared?: string): boolean {
  return isPrimary(primaryOf([witness], declared), witness.name);
}

/** The primary among those who were asked; an error, with what to do, where it is none of them or cannot be told. */
export function requirePrimary(members: readonly (Witness | Absentee)[], declared: string): KnownPrimary {
  const status = primaryOf(members, declared);
  if (status.kind === "reachable") return status;
  const why = whyNoPrimary(status);
  throw new FerryError({
    failed: "finding out which server is the primary",
    where: members.map(({ label }) => label).join(" and "),
    seen: why?.seen ?? "no primary",
    wanted: `one of ${members.map(({ name }) => name).join(", ")}`,
    next: why?.next ?? "see `ferry status`",
  });
}

/**
 * Whether the source, which answers, is the primary, as far as it and the others know. One that does not exist yet, or any
 * more, has nothing to say, and a journal that came with the data counts for nothing.
 */
export async function readSourceStatus(
  server: MysqlServer,
  others: readonly ConnectionOptions[],
): Promise<{ readonly isPrimary: boolean; readonly entry: JournalEntry | undefined }> {
  const source = await readWitness(server, "source");
  const answers = await Promise.all(others.map((other, index) => askWitness(other, `other ${index + 1}`)));
  const status = primaryOf([source, ...answers.flat()], "source");
  return { isPrimary: isPrimary(status, "source") || status.kind === "foreign", entry: status.entry };
}

/** What a server that may be away says of the primary role: nothing, then. */
export async function askWitness(connection: ConnectionOptions, name: string): Promise<Witness[]> {
  try {
    return [await MysqlServer.with(connection, name, (server) => readWitness(server, name))];
  } catch (error) {
    if (error instanceof FerryError) return [];
    throw error;
  }
}
