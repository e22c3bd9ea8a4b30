import type { Command } from "commander";
import type { InjectionMember } from "../errant/index.js";
import { type ConnectionOptions, MysqlServer, readServerFacts } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { otherSide, readWitness } from "../topology/index.js";
import { addServersOptions, PASSWORD_HELP } from "./server-options.js";
import { namedPair, primarySide } from "./server-pair.js";

export interface ErrantsOptions extends Readonly<Record<string, unknown>> {
  readonly compare?: true;
  readonly json?: true;
}

/** The two servers by the role that they have now, over connections for batches. */
export interface ErrantServers {
  readonly primary: MysqlServer;
  readonly replica: MysqlServer;
  /** The primary for those who open sessions of their own. */
  readonly primaryMember: InjectionMember;
  readonly replicaConnection: ConnectionOptions;
}

export const SERVERS_HELP = `${PASSWORD_HELP}
After a switchover the target is the primary: errant is what the other server has and the primary has not.
mysqlbinlog, as new as the servers, has to be on PATH.`;

/** What both commands have: the servers, and whether data are compared. */
export function addErrantsOptions(command: Command): Command {
  command.option(
    "--compare",
    "compare the changed tables with the source's first, and all data where the binary log does not tell enough",
  );
  return addServersOptions(command);
}

/** Connects to both servers, whichever is the primary, and closes the connections whatever happens. */
export async function withErrantServers<T>(command: Command, work: (servers: ErrantServers) => Promise<T>): Promise<T> {
  const { connections, isStated } = await namedPair(command);
  const source = await MysqlServer.connect(connections.source, "source", { batches: true });
  try {
    const target = await MysqlServer.connect(connections.target, "target", { batches: true });
    try {
      const primary = primarySide(await readWitness(source, "source"), await readWitness(target, "target"), isStated);
      for (const server of [source, target]) await requireGtids(server);
      const servers = { source, target };
      const replica = otherSide(primary);
      return await work({
        primary: servers[primary],
        replica: servers[replica],
        primaryMember: { role: primary, connection: connections[primary] },
        replicaConnection: connections[replica],
      });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Without GTIDs nothing would look errant. */
async function requireGtids(server: MysqlServer): Promise<void> {
  const { gtidMode } = await readServerFacts(server);
  if (gtidMode === "ON") return;
  throw new FerryError({
    failed: "looking for errant transactions",
    where: server.label,
    seen: `gtid_mode is ${gtidMode}`,
    wanted: "gtid_mode ON",
    next: "run phase prepare for the source; set gtid_mode=ON in the target's configuration",
  });
}
