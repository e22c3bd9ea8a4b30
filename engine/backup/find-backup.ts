import { GtidSet } from "../gtid/index.js";
import { backupIdOf, backupKeys } from "./keys.js";
import type { Manifest } from "./manifest.js";
import { lookAtBackup } from "./observe-backup.js";
import type { BackupRequest } from "./request.js";
import { BackupStorage } from "./storage.js";

/**
 * The newest intact backup of this server that holds all of `needed`, a GTID set; undefined when none does. `needed` is
 * what the server's binary logs no longer have.
 */
export async function findBackup(
  { storage, keyPrefix, database }: Pick<BackupRequest, "storage" | "keyPrefix" | "database">,
  serverUuid: string,
  needed: string,
): Promise<Manifest | undefined> {
  const anyKey = backupKeys(keyPrefix, database, "any").manifest;
  const prefix = anyKey.slice(0, anyKey.indexOf("any/manifest.json"));
  const keys = await BackupStorage.with(storage, (store) => store.keys(prefix));
  const ids = keys.filter((key) => key.endsWith("/manifest.json")).map(backupIdOf);
  const looks = await Promise.all(ids.map((id) => lookAtBackup(storage, backupKeys(keyPrefix, database, id))));
  return looks
    .flatMap(({ state, manifest }) => (state === "intact" && manifest !== undefined ? [manifest] : []))
    .filter((manifest) => manifest.serverUuid === serverUuid)
    .filter((manifest) => GtidSet.parse(manifest.gtidSet).contains(GtidSet.parse(needed)))
    .sort((one, other) => other.endedAt.localeCompare(one.endedAt))[0];
}
