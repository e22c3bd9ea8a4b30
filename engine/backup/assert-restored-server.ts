import { type ConnectionOptions, MysqlServer, type ServerFacts, subtractOn } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
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
  if (facts.eventScheduler === "ON" && facts.superReadOnly) {
    throw refuse("event_scheduler is ON", "OFF until the cutover", "SET GLOBAL event_scheduler = OFF there");
  }
  const lost = await MysqlServer.with(connection, "target", (server) =>
    subtractOn(server, manifest.gtidSet, facts.gtidExecuted),
  );
  if (lost !== "") {
    throw refuse(`gtid_executed lacks ${lost} of the backup`, "all of the manifest's GTID set", "restore again");
  }
}
