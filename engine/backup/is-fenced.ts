import { type ConnectionOptions, isNobodyListening, MysqlServer } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { isSuperseded, readSourceStatus } from "../topology/index.js";

/**
 * Whether a source is the primary no more, or is not there any more: then there is nothing to back up. One that cannot
 * be reached is not there any more where the target or a replica is the primary.
 */
export async function isFenced(
  source: ConnectionOptions,
  target?: ConnectionOptions,
  replicas: Readonly<Record<string, ConnectionOptions>> = {},
): Promise<boolean> {
  const others = [...(target === undefined ? [] : [target]), ...Object.values(replicas)];
  try {
    const { isPrimary } = await MysqlServer.with(source, "source", (server) => readSourceStatus(server, others));
    return !isPrimary;
  } catch (error) {
    if (error instanceof FerryError && isNobodyListening(error.cause)) return true;
    if (await isSuperseded(error, others)) return true;
    throw error;
  }
}
