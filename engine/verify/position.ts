import { z } from "zod";
import { compactGtidSet, type MysqlServer, reaches } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import type { Lane } from "./sessions.js";

const positionRow = z.object({ owned: z.string().nullable(), executed: z.string() });

/**
 * Everything that could be read on the primary before this call, as a GTID set. A transaction gives its locks back a moment
 * before gtid_executed has it; until then it is in gtid_owned, which is therefore read first.
 */
export async function readPosition(primary: MysqlServer): Promise<string> {
  const { owned, executed } = await primary.queryOne(
    "SELECT @@GLOBAL.gtid_owned AS owned, @@GLOBAL.gtid_executed AS executed",
    [],
    positionRow,
  );
  // Owners stand behind the number, e.g. `UUID:23#9`.
  const committing = compactGtidSet(owned ?? "").replaceAll(/#\d+/g, "");
  return [compactGtidSet(executed), committing].filter((set) => set !== "").join(",");
}

/** Lets the replica have everything that was read on the primary before this call. */
export async function awaitPosition({ primary, replica, lagTimeoutSeconds }: Lane): Promise<void> {
  const position = await readPosition(primary);
  if (await reaches(replica, position, lagTimeoutSeconds)) return;
  throw new FerryError({
    failed: "comparing the data",
    where: replica.label,
    seen: `it has not applied in ${lagTimeoutSeconds} s what ${primary.label} had executed`,
    wanted: "a replica that keeps up",
    next: "check the channel (pulumi up repairs it), let the replica catch up, then run again",
  });
}
