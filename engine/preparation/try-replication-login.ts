import {
  type ConnectionOptions,
  isDefiniteRefusal,
  isUnreachable,
  MysqlServer,
  readVariables,
} from "../mysql/index.js";
import { FerryError, messageOf } from "../operation/index.js";

interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * Where init_connect runs at every login: whether it lets the replication account in. Without this it would be found out
 * by the channel, after backup and restore. From a host that the account is not for nothing can be said.
 */
export async function tryReplicationLogin(source: ConnectionOptions, { user, password }: Login): Promise<void> {
  const variables = await MysqlServer.with(source, "source", (server) => readVariables(server, ["init_connect"]));
  const statements = variables.get("init_connect") ?? "";
  if (statements === "") return;
  try {
    await MysqlServer.with({ ...source, user, password }, "source", (server) => server.execute("DO 1"));
  } catch (error) {
    const cause = error instanceof FerryError ? (error.cause ?? error) : error;
    if (isDefiniteRefusal(error) || isUnreachable(cause)) return;
    throw new FerryError(
      {
        failed: `logging in as ${user}`,
        where: `source ${source.host}:${source.port}`,
        seen: `init_connect is ${JSON.stringify(statements)}, and the server ends the connection: ${messageOf(cause)}`,
        wanted: `an init_connect that ${user} may run`,
        next: `GRANT ${user} what init_connect needs, or change it until the migration is finalized, then run again`,
      },
      { cause: error },
    );
  }
}
