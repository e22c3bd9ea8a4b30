import { GtidSet } from "../gtid/index.js";
import { backupIdOf, backupKeys } from "./keys.js";
import type { Manifest } from "./manifest.js";
import { lookAtBackup } from "./observe-backup.js";
import type { BackupRequest } from "./request.js";
import { BackupStorage } from "./storage.js";

type Place = Pick<BackupRequest, "storage" | "keyPrefix" | "database">;

/**
 * The newest intact backup of this server that holds all of `needed`, a GTID set; undefined when none does. `needed` is
 * what the server's binary logs no longer have.
 */
export async function findBackup(place: Place, serverUuid: string, needed: string): Promise<Manifest | undefined> {
  const { storage, keyPrefix, database } = place;
  const ids = await listBackups(place);
  const looks = await Promise.all(ids.map((id) => lookAtBackup(storage, backupKeys(keyPrefix, database, id))));
  return looks
    .flatMap(({ state, manifest }) => (state === "intact" && manifest !== undefined ? [manifest] : []))
    .filter((manifest) => manifest.serverUuid === serverUuid)
    .filter((manifest) => GtidSet.parse(manifest.gtidSet).contains(GtidSet.parse(needed)))
    .sort((one, other) => other.endedAt.localeCompare(one.endedAt))[0];
}

/** Ids of this database's backups, intact or not. */
export async function listBackups({ storage, keyPrefix, database }: Place): Promise<string[]> {
  const [folder = ""] = backupKeys(keyPrefix, database, "any").manifest.split("any/manifest.json");
  const keys = await BackupStorage.with(storage, (store) => store.keys(folder));
  return keys.filter((key) => key.endsWith("/manifest.json")).map(backupIdOf);
}
