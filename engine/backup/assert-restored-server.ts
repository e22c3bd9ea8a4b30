import { type ConnectionOptions, MysqlServer, type ServerFacts, subtractOn } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { readLastEntry } from "../topology/index.js";
import type { Manifest } from "./manifest.js";

/** What must be true of a server on restored data before anything replicates to it. */
export async function assertRestoredServer(
  connection: ConnectionOptions,
  manifest: Pick<Manifest, "serverUuid" | "gtidSet">,
  facts: ServerFacts,
): Promise<void> {
  const refuse = (seen: string, wanted: string, next: string) =>
    new FerryError({ failed: "checking the restored server", where: facts.label, seen, wanted, next });
  if (facts.serverUuid === manifest.serverUuid) {
    throw refuse(`server_uuid ${facts.serverUuid} is the source's`, "one of its own", "remove auto.cnf and restart it");
  }
  const { lost, hasSwitched } = await MysqlServer.with(connection, "target", async (server) => ({
    lost: await subtractOn(server, manifest.gtidSet, facts.gtidExecuted),
    hasSwitched: (await readLastEntry(server)) !== undefined,
  }));
  // Once the role has moved a switchover sees to it, and completes what a run that died has left.
  if (facts.eventScheduler === "ON" && facts.superReadOnly && !hasSwitched) {
    throw refuse("event_scheduler is ON", "OFF until the cutover", "SET GLOBAL event_scheduler = OFF there");
  }
  if (lost !== "") {
    throw refuse(`gtid_executed lacks ${lost} of the backup`, "all of the manifest's GTID set", "restore again");
  }
}
