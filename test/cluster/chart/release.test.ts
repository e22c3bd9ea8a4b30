import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quoteString } from "../../../engine/mysql/index.js";
import { messageOf, silent, waitUntil } from "../../../engine/operation/index.js";
import { BackupPlace } from "../helpers/backup-place.js";
import { killInNode } from "../helpers/kill-in-node.js";
import type { Release } from "../helpers/release.js";

const REPLICATION = { user: "repl", password: "a password for the lab" };

let place: BackupPlace;
let release: Release;
let serverUuid: string;

beforeAll(async () => {
  place = await BackupPlace.start("chart-release");
  release = await place.release("shop", { pods: 2 });
});

afterAll(async () => {
  await place.stop();
});

// Each step goes on where the one before it left the release.
describe("a release of the chart", () => {
  it("restores the backup and comes up read-only, replicating nothing", async () => {
    release.install(place.manifestKey);
    await release.untilReady();
    expect(await release.restoreLog()).toMatch(/stage publish\n.* completed/);
    const rows = await release.query(
      `SELECT @@super_read_only, @@read_only, @@event_scheduler, @@skip_replica_start, @@server_id, @@gtid_executed,
         @@lower_case_table_names, @@innodb_page_size, @@require_secure_transport, @@log_bin_basename;`,
    );
    const { gtidSet, lowerCaseTableNames, innodbPageSizeBytes } = place.manifest;
    expect(rows).toEqual([
      [
        "1",
        "1",
        "OFF",
        "1",
        "700",
        gtidSet,
        `${lowerCaseTableNames}`,
        `${innodbPageSizeBytes}`,
        "1",
        "/volume/data/binlog",
      ],
    ]);
    expect(await release.query("SELECT COUNT(*) FROM shop.blobs")).toEqual([["2048"]]);
    serverUuid = await uuidOf(release.pod);
    expect(serverUuid).not.toBe(place.manifest.serverUuid);
  });

  it("is not written to by anybody", async () => {
    const written = release.query("CREATE DATABASE written_here");
    await expect(written).rejects.toThrow("running with the --super-read-only option");
  });

  it("takes a later backup without restarting, and a deleted pod comes back with its own data", async () => {
    const before = await release.podUid();
    release.install("backups/shop/later/manifest.json");
    expect(await release.podUid()).toBe(before);
    await release.deletePod();
    await release.untilReady();
    expect(await release.podUid()).not.toBe(before);
    expect(await release.restoreLog()).toContain(`backup ${place.manifest.backupId} is already in /volume/data`);
    expect(await uuidOf(release.pod)).toBe(serverUuid);
    expect(await release.query("SELECT COUNT(*) FROM shop.blobs")).toEqual([["2048"]]);
    release.install(place.manifestKey);
  });

  it("never starts a channel that came along with the data", async () => {
    await release.query("CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'nowhere.invalid' FOR CHANNEL 'upstream'");
    await release.deletePod();
    await release.untilReady();
    const states = "SELECT CHANNEL_NAME, SERVICE_STATE FROM performance_schema.replication_connection_status";
    expect(await release.query(states)).toEqual([["upstream", "OFF"]]);
    await release.query("RESET REPLICA ALL FOR CHANNEL 'upstream'");
  });

  it("goes on replicating after its pod was deleted", async () => {
    await setChannel();
    await write("first");
    await untilNotes(["first"]);
    await release.deletePod();
    await write("second");
    await release.untilReady();
    await untilNotes(["first", "second"]);
    expect(await release.query("SELECT @@super_read_only, @@skip_replica_start")).toEqual([["1", "0"]]);
    expect(await uuidOf(release.pod)).toBe(serverUuid);
  });

  it("goes on replicating after mysqld was killed", async () => {
    killInNode(await release.podUid(), "mysqld");
    await write("third");
    await untilNotes(["first", "second", "third"]);
    expect(await release.query("SELECT @@super_read_only")).toEqual([["1"]]);
  });

  it("is not disturbed by a kubelet that is restarted", async () => {
    const before = [await release.podUid(), await release.query("SHOW GLOBAL STATUS LIKE 'Uptime'")] as const;
    await place.cluster.killComponent("kubelet");
    await write("fourth");
    await place.cluster.startComponents(["kubelet"]);
    await untilNotes(["first", "second", "third", "fourth"]);
    expect(await release.podUid()).toBe(before[0]);
    const uptime = await release.query("SHOW GLOBAL STATUS LIKE 'Uptime'");
    expect(Number(uptime[0]?.[1])).toBeGreaterThanOrEqual(Number(before[1][0]?.[1]));
  });

  it("has more servers by `replicas`, each with data, server_id and server_uuid of its own", async () => {
    release.install(place.manifestKey, { replicas: 2 });
    await release.untilReady("shop-1");
    expect(await release.query("SELECT @@super_read_only, @@server_id", "shop-1")).toEqual([["1", "701"]]);
    expect(await release.query("SELECT COUNT(*) FROM shop.blobs", "shop-1")).toEqual([["2048"]]);
    expect(await uuidOf("shop-1")).not.toBe(serverUuid);
    release.install(place.manifestKey);
  });

  it("comes up in the role that was persisted, in both directions", async () => {
    for (const [role, persist] of [
      ["0", "SET PERSIST super_read_only = 0, PERSIST read_only = 0"],
      ["1", "SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1"],
    ] as const) {
      await release.query(persist);
      await release.deletePod();
      await release.untilReady();
      expect(await release.query("SELECT @@super_read_only, @@read_only")).toEqual([[role, role]]);
    }
  });

  it("leaves its volumes when it is uninstalled, and finds them when it is installed again", async () => {
    release.uninstall();
    expect(await release.claims()).toEqual(["persistentvolumeclaim/data-shop-0", "persistentvolumeclaim/data-shop-1"]);
    release.install(place.manifestKey);
    await release.untilReady();
    expect(await uuidOf(release.pod)).toBe(serverUuid);
    await untilNotes(["first", "second", "third", "fourth"]);
  });
});

async function uuidOf(pod: string): Promise<string> {
  return (await release.query("SELECT @@server_uuid", pod))[0]?.[0] ?? "";
}

async function setChannel(): Promise<void> {
  const { user, password } = REPLICATION;
  await place.lab.source.rootQuery(
    `CREATE USER '${user}'@'%' IDENTIFIED BY ${quoteString(password)} REQUIRE SSL`,
    `GRANT REPLICATION SLAVE ON *.* TO '${user}'@'%'`,
    "CREATE TABLE shop.notes (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(20) NOT NULL)",
  );
  await release.query(
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${place.cluster.addresses.hostAddress}',
       SOURCE_PORT = ${place.sourceRelay.port}, SOURCE_USER = '${user}', SOURCE_PASSWORD = ${quoteString(password)},
       SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_CONNECT_RETRY = 1 FOR CHANNEL 'gtid_ferry';
     START REPLICA FOR CHANNEL 'gtid_ferry';`,
  );
}

async function write(note: string): Promise<void> {
  await place.lab.source.rootQuery(`INSERT INTO shop.notes (note) VALUES ('${note}')`);
}

async function untilNotes(notes: readonly string[]): Promise<void> {
  const wait = {
    awaited: notes.join(", "),
    where: release.pod,
    next: "look at its channel",
    timeoutSeconds: 90,
    progress: silent,
  };
  await waitUntil(wait, async () => {
    const seen = await release.query("SELECT note FROM shop.notes ORDER BY id").then((rows) => rows.flat(), messageOf);
    return JSON.stringify(seen) === JSON.stringify(notes) ? { done: undefined } : { seen: JSON.stringify(seen) };
  });
}
