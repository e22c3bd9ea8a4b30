import { chooseRepair, injectEmpty, reportErrants } from "@gtid-ferry/engine/errant";
import { compareGtidSets } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { readChannelResult } from "@gtid-ferry/engine/replication";
import { afterEach, beforeEach, expect, it } from "vitest";
import { testInstallation } from "../../../../lab/testing.js";
import { startWrittenPair, type WrittenPair } from "../../helpers/written-pair.js";

let pair: WrittenPair;

/** A row written on the replica has stopped replication; deleting it there seems to have repaired that. */
beforeEach(async () => {
  pair = await startWrittenPair("story");
  await pair.source.rootQuery("CREATE TABLE app.mytable (id INT PRIMARY KEY, name VARCHAR(20))");
  await expect.poll(() => rowsOf("target"), WAIT).toEqual([]);
  // It comes without a GTID, as from a server that does not log what it writes itself.
  await pair.stray("SET sql_log_bin = 0", "INSERT INTO app.mytable VALUES (100, 'misplaced')");
  await pair.source.rootQuery("INSERT INTO app.mytable VALUES (100, 'right')");
  await expect.poll(isRunning, WAIT).toBe(false);
  const [failure] = await pair.target.rootQuery(
    "SELECT LAST_ERROR_NUMBER AS number FROM performance_schema.replication_applier_status_by_worker WHERE LAST_ERROR_NUMBER > 0",
  );
  expect(failure).toEqual({ number: 1062 });
  await pair.stray("DELETE FROM app.mytable WHERE id = 100");
  await pair.target.rootQuery("START REPLICA FOR CHANNEL 'gtid_ferry'");
  await expect.poll(isRunning, WAIT).toBe(true);
  await expect.poll(() => rowsOf("target"), WAIT).toEqual([{ id: 100, name: "right" }]);
});
afterEach(() => pair?.stop());

const WAIT = { timeout: 30_000 };
const NO_RESULT = { primary: "source", sourceUuid: "", targetUuid: "", running: false, errant: "" } as const;

const isRunning = async () => (await readChannelResult({ ...pair.channel, ...NO_RESULT }, silent))?.running;
const rowsOf = (server: "source" | "target") => pair[server].rootQuery("SELECT id, name FROM app.mytable");

/** The roles change: what was the source replicates from what was the replica, until it has all of it. */
async function exchangeRoles(): Promise<void> {
  const { host, port, password } = pair.channel.target.address;
  await pair.source.rootQuery(
    "SET GLOBAL super_read_only = ON",
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${host}', SOURCE_PORT = ${port}, SOURCE_USER = 'repl',
      SOURCE_PASSWORD = '${password}', SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1 FOR CHANNEL 'back'`,
    "START REPLICA FOR CHANNEL 'back'",
  );
  const differences = () =>
    pair.onBoth(async (source, target) => {
      // Seen from the new primary, what the old one lacks is missing.
      const { missing, errant } = await compareGtidSets(target, source);
      return { missing, errant };
    });
  await expect.poll(differences, WAIT).toEqual({ missing: "", errant: "" });
}

it("without a repair the DELETE comes back when the roles change, and takes the right row away", async () => {
  await exchangeRoles();
  expect(await rowsOf("source")).toEqual([]);
  expect(await rowsOf("target")).toEqual([{ id: 100, name: "right" }]);
});

it("is found, explained and repaired, and then the roles change without harm", async () => {
  const gtid = `${pair.targetUuid}:1`;
  const { mysqlbinlog: program } = await testInstallation();
  await pair.onBoth(async (source, target) => {
    const report = await reportErrants(source, target, pair.target.options, { program });
    expect(report).toMatchObject({ errant: gtid, classes: { changed: gtid } });
    expect(report.transactions[0]?.transaction?.rows).toEqual([
      {
        kind: "delete",
        columnCount: 2,
        schema: "app",
        table: "mytable",
        before: [
          { column: "id", value: "100" },
          { column: "name", value: "misplaced" },
        ],
      },
    ]);
    const choice = { method: "inject-empty", confirmation: pair.targetUuid.slice(0, 8) } as const;
    const situation = { primaryIsReachable: true, allDataIsEqual: false };
    const chosen = chooseRepair(report.classes, choice, situation);
    expect(chosen).toMatchObject({ refusals: [], unconfirmed: [] });
    expect(chooseRepair(report.classes, { ...choice, confirmation: "" }, situation).unconfirmed).toEqual([
      pair.targetUuid,
    ]);
    const members = [{ role: "source", connection: pair.source.options }];
    await injectEmpty({ members, gtids: chosen.gtids, allowWrites: true }, silent);
    expect((await compareGtidSets(source, target)).errant).toBe("");
  });
  await pair.expectWhole();
  await exchangeRoles();
  for (const server of ["source", "target"] as const)
    expect(await rowsOf(server)).toEqual([{ id: 100, name: "right" }]);
});
