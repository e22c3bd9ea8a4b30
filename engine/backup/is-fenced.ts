import { type ConnectionOptions, isNobodyListening, MysqlServer } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { isOutlived, readSourceStatus } from "../topology/index.js";

/**
 * Whether a source is the primary no more, or is not there any more: then there is nothing to back up. One that cannot
 * be reached is not there any more where `target` is the primary.
 */
export async function isFenced(source: ConnectionOptions, target?: ConnectionOptions): Promise<boolean> {
  try {
    const { isPrimary } = await MysqlServer.with(source, "source", (server) => readSourceStatus(server, target));
    return !isPrimary;
  } catch (error) {
    if (error instanceof FerryError && isNobodyListening(error.cause)) return true;
    if (await isOutlived(error, [target])) return true;
    throw error;
  }
}
