import { z } from "zod";
import { compactGtidSet, type MysqlServer } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { reaches } from "../topology/index.js";

const positionRow = z.object({ owned: z.string().nullable(), executed: z.string() });

/**
 * Everything that could be read on the source before this call, as a GTID set. A transaction gives its locks back a moment
 * before gtid_executed has it; until then it is in gtid_owned, which is therefore read first.
 */
export async function readPosition(source: MysqlServer): Promise<string> {
  const { owned, executed } = await source.queryOne(
    "SELECT @@GLOBAL.gtid_owned AS owned, @@GLOBAL.gtid_executed AS executed",
    [],
    positionRow,
  );
  // Owners stand behind the number, e.g. `UUID:23#9`.
  const committing = compactGtidSet(owned ?? "").replaceAll(/#\d+/g, "");
  return [compactGtidSet(executed), committing].filter((set) => set !== "").join(",");
}

/** Lets the target have everything that was read on the source before this call. */
export async function awaitPosition(source: MysqlServer, target: MysqlServer, timeoutSeconds: number): Promise<void> {
  const position = await readPosition(source);
  if (await reaches(target, position, timeoutSeconds)) return;
  throw new FerryError({
    failed: "comparing the data",
    where: target.label,
    seen: `it has not applied in ${timeoutSeconds} s what ${source.label} had executed`,
    wanted: "a target that replicates and keeps up",
    next: "check the channel (pulumi up mends it), let the target catch up, then run again",
  });
}

const uuidRow = z.object({ uuid: z.string() });

export async function readUuid(server: MysqlServer): Promise<string> {
  return (await server.queryOne("SELECT @@server_uuid AS uuid", [], uuidRow)).uuid;
}
