import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSample } from "../../../lab/sample-database/index.js";
import { makeTestDirectory, removeTestDirectory, startTestMysql, type TestMysql } from "../../../lab/testing.js";
import {
  checkLoss,
  listWorkloads,
  readSummary,
  startDetachedWorkload,
  stopWorkload,
  Workload,
  type WorkloadSummary,
} from "../../../lab/workload/index.js";

let server: TestMysql;
let directory: string;
beforeAll(async () => {
  directory = await makeTestDirectory("workload");
  server = await startTestMysql({ name: "workload-source" });
  await fillSample(server.socket, { mebibytes: 3 }, () => undefined);
});
afterAll(async () => {
  await server.stop();
  await removeTestDirectory(directory);
});

const application = () => ({ ...server.options, ...server.app });
const acknowledgedAtLeast = async (workload: Workload, count: number) => {
  while (workload.summary().acknowledged < count) await sleep(20);
};

describe("a workload and its loss checker", () => {
  let log: string;
  let summary: WorkloadSummary;

  test("writes without an error, and all of it is there", async () => {
    const workload = new Workload({ connection: application(), connections: 6, directory: `${directory}/plain` });
    await workload.start();
    await acknowledgedAtLeast(workload, 600);
    summary = await workload.stop();
    log = workload.acknowledgedLog;
    expect(summary).toMatchObject({ connections: 6, errors: {}, unknown: 0, refused: 0, reconnects: 0 });
    expect(summary.p99Milliseconds).toBeGreaterThanOrEqual(summary.p50Milliseconds ?? Number.NaN);
    expect(await checkLoss(log, server.options)).toEqual({
      acknowledged: summary.acknowledged,
      unknown: 0,
      lost: 0,
      duplicated: 0,
      phantom: 0,
    });
  });

  test("uses every table, and each transaction leaves one entry", async () => {
    const [row] = await server.rootQuery(`SELECT (SELECT COUNT(*) FROM shop.ledger) AS ledger,
      (SELECT COUNT(*) FROM shop.audit_log WHERE detail LIKE '% -> %') > 0 AS changed_orders,
      (SELECT COUNT(*) FROM shop.page_views WHERE agent = 'Mozilla/5.0 (é)') > 0 AS page_views,
      (SELECT COUNT(*) FROM shop.documents WHERE title = 'Vertrag') > 0 AS documents`);
    expect(row).toEqual({ ledger: summary.acknowledged, changed_orders: 1, page_views: 1, documents: 1 });
  });

  test("one lost, one duplicated and one phantom write are each found", async () => {
    const clean = await checkLoss(log, server.options);
    const [kept] = await server.rootQuery("SELECT entry FROM shop.ledger ORDER BY id LIMIT 1 OFFSET 50");
    await server.rootQuery(`INSERT INTO shop.ledger (entry) VALUES ('${kept?.entry}')`);
    expect(await checkLoss(log, server.options)).toEqual({ ...clean, duplicated: 1 });
    await server.rootQuery(`DELETE FROM shop.ledger WHERE entry = '${kept?.entry}'`);
    expect(await checkLoss(log, server.options)).toEqual({ ...clean, lost: 1 });
    const neverCommitted = String(kept?.entry).replace(/\d{12}$/, "000000000000");
    await server.rootQuery(`INSERT INTO shop.ledger (entry) VALUES ('${neverCommitted}')`);
    expect(await checkLoss(log, server.options)).toEqual({ ...clean, lost: 1, phantom: 1 });
  });

  test("a server without the data has lost all of it", async () => {
    const empty = await startTestMysql({ name: "workload-empty" });
    try {
      await fillSample(empty.socket, { mebibytes: 1 }, () => undefined);
      expect(await checkLoss(log, empty.options)).toMatchObject({ lost: summary.acknowledged, phantom: 0 });
    } finally {
      await empty.stop();
    }
  });

  test("survives a crash of the server: nothing acknowledged is lost, and it writes on", async () => {
    const workload = new Workload({ connection: application(), connections: 6, directory: `${directory}/crash` });
    await workload.start();
    await acknowledgedAtLeast(workload, 200);
    await server.kill();
    await server.restart();
    await acknowledgedAtLeast(workload, workload.summary().acknowledged + 200);
    const after = await workload.stop();
    expect(after.reconnects).toBeGreaterThanOrEqual(6);
    const report = await checkLoss(workload.acknowledgedLog, server.options);
    expect(report).toEqual({
      acknowledged: after.acknowledged,
      unknown: after.unknown,
      lost: 0,
      duplicated: 0,
      phantom: 0,
    });
  });

  test("counts what a read-only server refuses, and such writes do not exist", async () => {
    const workload = new Workload({ connection: application(), connections: 4, directory: `${directory}/fence` });
    await workload.start();
    await acknowledgedAtLeast(workload, 100);
    await server.rootQuery("SET GLOBAL super_read_only = ON");
    while (workload.summary().errors.ER_OPTION_PREVENTS_STATEMENT === undefined) await sleep(20);
    const fenced = workload.summary().acknowledged;
    await sleep(200);
    expect(workload.summary().acknowledged).toBe(fenced);
    await server.rootQuery("SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF");
    await acknowledgedAtLeast(workload, fenced + 100);
    const after = await workload.stop();
    expect(after.unknown).toBe(0);
    expect(await checkLoss(workload.acknowledgedLog, server.options)).toMatchObject({
      lost: 0,
      duplicated: 0,
      phantom: 0,
    });
  });

  test("stops by itself, and keeps to a rate", async () => {
    const options = { connection: application(), connections: 4, ratePerSecond: 40, maximumSeconds: 1 };
    const workload = new Workload({ ...options, directory: `${directory}/rate` });
    await workload.start();
    const { acknowledged, seconds } = await workload.finished();
    expect(acknowledged).toBeGreaterThan(0);
    expect(acknowledged).toBeLessThanOrEqual(40 * seconds + 10);
  });

  test("does not start without the sample database", async () => {
    const options = { connection: { ...application(), user: "root", password: "" }, directory: `${directory}/none` };
    await expect(new Workload(options).start()).rejects.toThrow("starting the workload failed");
  });

  test("runs detached, can be checked while it writes, and is found by its directory", async () => {
    const parent = `${directory}/detached`;
    const run = await startDetachedWorkload(parent, { connection: application(), connections: 3, maximumSeconds: 60 });
    while (((await readSummary(run))?.acknowledged ?? 0) < 50) await sleep(100);
    expect(await checkLoss(run.acknowledgedLog, server.options)).toMatchObject({ lost: 0, duplicated: 0, phantom: 0 });
    expect(await listWorkloads(parent)).toEqual([{ ...run, running: true }]);
    const last = await stopWorkload(run);
    expect((await listWorkloads(parent))[0]?.running).toBe(false);
    expect(await checkLoss(run.acknowledgedLog, server.options)).toEqual({
      acknowledged: last?.acknowledged,
      unknown: 0,
      lost: 0,
      duplicated: 0,
      phantom: 0,
    });
  });

  test("a detached one that cannot write says why", async () => {
    const connection = { ...application(), port: 1 };
    await expect(startDetachedWorkload(`${directory}/bad`, { connection })).rejects.toThrow("ECONNREFUSED");
  });
});
