import { existsSync } from "node:fs";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { describeReport, type VerificationRequest, verifyTables } from "@gtid-ferry/engine/verify";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { letTargetCatchUp, type Pair, startPair, verificationOf } from "../../helpers/pair.js";

const ROWS = 20_000;
let pair: Pair;

beforeAll(async () => {
  pair = await startPair("verify-live");
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "USE shop",
    "CREATE TABLE item (id INT PRIMARY KEY, n INT NOT NULL, text VARCHAR(60) NOT NULL)",
    "CREATE TABLE keyless (n INT NOT NULL)",
    `SET cte_max_recursion_depth = ${ROWS}`,
    `INSERT INTO item WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${ROWS}) SELECT i, i, SHA2(i, 224) FROM c`.replace(
      "SHA2(i, 224)",
      "LEFT(SHA2(i, 224), 40)",
    ),
    "INSERT INTO keyless SELECT n FROM item WHERE id <= 500",
    "INSERT INTO keyless VALUES (-1), (-1)",
    "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'w'",
    "GRANT ALL ON shop.* TO writer@'127.0.0.1'",
  );
  await ensureChannel(pair.channel, silent);
});
afterAll(() => pair.stop());

function connectWriter(): Promise<Connection> {
  const { host, port } = pair.source.options;
  const login = { host, port, user: "writer", password: "w", database: "shop" };
  return createConnection({ ...login, ssl: { rejectUnauthorized: false } });
}

/** A client goes on once the target has what was written before: none of them writes more than a target can apply. */
const WRITES_AT_ONCE = 20;

/** Clients that write all over the table, one row at every moment, and others to and fro, while `work` runs. */
async function underLoad<T>(work: () => Promise<T>): Promise<{ result: T; writes: number }> {
  let stopping = false;
  let writes = 0;
  const client = async (statement: () => string) => {
    const connection = await connectWriter();
    while (!stopping) {
      await connection.query(statement());
      writes += 1;
      if (writes % WRITES_AT_ONCE === 0) await letTargetCatchUp(pair, 5);
    }
    await connection.end();
  };
  // A write of the whole row would mend a difference planted there.
  const anyId = () => 101 + Math.floor(Math.random() * (ROWS - 100));
  const newId = () => ROWS * 10 + Math.floor(Math.random() * 1e9);
  const clients = [
    client(() => "UPDATE item SET n = n + 1 WHERE id = 77"),
    client(() => "UPDATE keyless SET n = n + 1 WHERE n > 0 LIMIT 1"),
    client(() => "UPDATE item SET n = 1 - n WHERE id = 78"),
    client(() => "UPDATE keyless SET n = -3 - n WHERE n < 0"),
    client(() => `UPDATE item SET n = n + 1 WHERE id = ${anyId()}`),
    client(() => `INSERT IGNORE INTO item VALUES (${newId()}, 1, 'new')`),
    client(() => `DELETE FROM item WHERE id > ${ROWS * 10} ORDER BY id LIMIT 1`),
  ];
  try {
    return { result: await work(), writes };
  } finally {
    stopping = true;
    await Promise.all(clients);
  }
}

const request = (changes: Partial<VerificationRequest> = {}): VerificationRequest => ({
  ...verificationOf(pair),
  limits: { chunkSeconds: 0.01 },
  ...changes,
});
const onTarget = (...statements: string[]) =>
  pair.target.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    ...statements,
    "SET GLOBAL super_read_only = ON",
  );

describe("while the source is written to", () => {
  it("raises no false alarm, also for rows that change at every moment", async () => {
    const { result, writes } = await underLoad(async () => {
      const reports = [];
      for (let round = 0; round < 5; round += 1) reports.push(await verifyTables(request(), silent));
      return reports;
    });
    for (const report of result) expect(describeReport(report)).toEqual([expect.stringMatching(/^OK: /)]);
    expect(writes).toBeGreaterThan(100);
  });

  it("finds each planted difference", async () => {
    await onTarget(
      "UPDATE shop.item SET text = CONCAT(text, ' ') WHERE id = 10",
      "DELETE FROM shop.item WHERE id = 20",
      "INSERT INTO shop.item VALUES (-3, 1, 'surplus')",
    );
    const { result } = await underLoad(() => verifyTables(request(), silent));
    expect(describeReport(result).slice(1).sort()).toEqual([
      "shop.item (-3): only on target",
      "shop.item (10): differs",
      "shop.item (20): missing on target",
    ]);
    expect(result.equal).toBe(false);
    await onTarget(
      "UPDATE shop.item SET text = TRIM(text) WHERE id = 10",
      `INSERT INTO shop.item SELECT 20, n, LEFT(SHA2(20, 224), 40) FROM (SELECT ${await numberOf(20)} AS n) x`,
      "DELETE FROM shop.item WHERE id = -3",
    );
    expect((await verifyTables(request(), silent)).equal).toBe(true);
  });

  it("says when the target does not follow", async () => {
    await pair.target.rootQuery("STOP REPLICA SQL_THREAD");
    try {
      await pair.source.rootQuery("UPDATE shop.item SET n = 0 WHERE id = 1");
      const limits = { maximumLagSeconds: 1, lagTimeoutSeconds: 2 };
      await expect(verifyTables(request({ limits }), silent)).rejects.toThrow(/target 127.*\n.*has not applied in 2 s/);
    } finally {
      await pair.target.rootQuery("START REPLICA SQL_THREAD");
    }
  });
});

async function numberOf(id: number): Promise<number> {
  const [row] = await pair.source.rootQuery(`SELECT n FROM shop.item WHERE id = ${id}`);
  return Number(row?.n);
}

it("goes on where a run that ended early had come to", async () => {
  const checkpointFile = `${pair.source.directory}/verification.json`;
  const lines: string[] = [];
  await pair.source.rootQuery("CREATE TABLE shop.zlast (id INT PRIMARY KEY)");
  const holder = await connectWriter();
  await holder.query("LOCK TABLES zlast WRITE");
  const lost = verifyTables(request({ checkpointFile }), (line) => lines.push(line));
  const blocked =
    "SELECT PROCESSLIST_ID AS id FROM performance_schema.threads WHERE PROCESSLIST_INFO LIKE '%zlast%' AND PROCESSLIST_STATE LIKE 'Waiting for table%'";
  const found = async () => (await pair.source.rootQuery(blocked))[0]?.id;
  await expect.poll(found, { timeout: 20_000 }).toBeDefined();
  await Promise.all([expect(lost).rejects.toThrow(), pair.source.rootQuery(`KILL ${Number(await found())}`)]);
  await holder.end();

  const report = await verifyTables(request({ checkpointFile }), (line) => lines.push(line));
  expect(lines.join("\n")).toMatch(/resuming the comparison of .*: 2 tables are done/);
  expect(report.tables.map(({ table }) => table)).toEqual(["item", "keyless", "zlast"]);
  expect(existsSync(checkpointFile)).toBe(false);
});
