import type { Command } from "commander";
import { addressOf, type ConnectionOptions, MysqlServer } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { otherSide, primaryOf, readWitness, requirePrimary, type Side, type Witness } from "../topology/index.js";
import type { NamedServer } from "../verify/index.js";
import { missingServer, namedServers } from "./server-options.js";

export type ConnectionPair = Readonly<Record<Side, ConnectionOptions>>;

export interface NamedPair {
  readonly connections: ConnectionPair;
  /** Whether the user said which server is the source; else the journal tells who is the primary. */
  readonly isStated: boolean;
}

/** Both servers, each of which the user has to have named. */
export async function namedPair(command: Command): Promise<NamedPair> {
  const { source, target, stated } = await namedServers(command, process.env);
  if (source === undefined) throw missingServer(command, "source");
  if (target === undefined) throw missingServer(command, "target");
  return { connections: { source, target }, isStated: stated.length > 0 };
}

/** The two servers in the direction in which data flow now, each by the name that it has in the migration. */
export interface DirectedPair {
  readonly primary: NamedServer;
  readonly replica: NamedServer;
}

export async function directedPair(command: Command, progress: Progress): Promise<DirectedPair> {
  const { connections, isStated } = await namedPair(command);
  const { source, target } = connections;
  const primary = await MysqlServer.with(source, "source", (from) =>
    MysqlServer.with(target, "target", async (to) =>
      primarySide(await readWitness(from, "source"), await readWitness(to, "target"), isStated),
    ),
  );
  if (primary === "target") {
    progress(`the target ${addressOf(target)} is the primary: comparing from it to the source ${addressOf(source)}`);
  }
  const replica = otherSide(primary);
  return {
    primary: { name: primary, connection: connections[primary] },
    replica: { name: replica, connection: connections[replica] },
  };
}

/** Which server is the primary: the journal tells, or the user's words stand, as long as it does not contradict them. */
export function primarySide(source: Witness, target: Witness, isStated: boolean): Side {
  if (!isStated) return requirePrimary([source, target], "source").name === "source" ? "source" : "target";
  // A journal of another pair came with the data, and says nothing of these two.
  const status = primaryOf([source, target], "source");
  if (status.kind !== "reachable" || status.name === "source") return "source";
  const { entry } = status;
  throw new FerryError({
    failed: "comparing two servers",
    where: `${source.label} and ${target.label}`,
    seen: `switchover ${entry?.number} of ${entry?.committedAt} UTC made the target the primary`,
    wanted: "the primary as the source, the server that replicates from it as the target",
    next: "exchange --source and --target, with their passwords and TLS options, or give --connections FILE alone",
  });
}
