import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { describeReport, showObject, verifyData } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair, verificationOf } from "../../helpers/pair.js";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair("verify-live-objects");
  await ensureChannel(pair.channel, silent);
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.fts (id INT PRIMARY KEY, t VARCHAR(20))",
    "INSERT INTO shop.fts VALUES (1, 'a'), (2, 'b')",
    "CREATE TABLE shop.quiet (id INT PRIMARY KEY)",
  );
});
afterAll(() => pair.stop());

const verify = () => verifyData(verificationOf(pair), silent);

/** Runs statements again and again on the source, each round by its number, while `work` runs. */
async function during<T>(statements: (round: number) => readonly string[], work: () => Promise<T>): Promise<T> {
  let ended = false;
  let round = 0;
  const churn = async () => {
    while (!ended) {
      await pair.source.rootQuery(...statements(round));
      round += 1;
    }
  };
  const churning = churn();
  try {
    const result = await work();
    expect(round).toBeGreaterThan(0);
    return result;
  } finally {
    ended = true;
    await churning;
  }
}

describe("while definitions change", () => {
  it("accounts that come and go are no difference", async () => {
    const leases = (round: number) => [
      `CREATE USER 'v-app-${round}'@'%' IDENTIFIED BY 'x'`,
      `GRANT SELECT ON shop.* TO 'v-app-${round}'@'%'`,
      ...(round < 3 ? [] : [`DROP USER 'v-app-${round - 3}'@'%'`]),
    ];
    const reports = await during(leases, async () => [await verify(), await verify(), await verify()]);
    for (const report of reports) expect(describeReport(report)[0]).toMatch(/^OK: /);
  });

  it("objects that are made, renamed and dropped are no difference", async () => {
    const staging = (round: number) => [
      `CREATE TABLE shop.stg_${round} (id INT PRIMARY KEY)`,
      `INSERT INTO shop.stg_${round} VALUES (1)`,
      `RENAME TABLE shop.stg_${round} TO shop.old_${round}`,
      `CREATE VIEW shop.v_${round} AS SELECT id FROM shop.old_${round}`,
      `DROP VIEW shop.v_${round}`,
      `DROP TABLE shop.old_${round}`,
    ];
    const reports = await during(staging, async () => [await verify(), await verify(), await verify()]);
    for (const { equal, objects, tables } of reports) {
      expect(objects).toEqual([]);
      expect(tables.filter(({ problem }) => problem !== undefined)).toEqual([]);
      expect(equal).toBe(true);
    }
  });

  it("a routine that is dropped and made again at every moment is neither missing nor surplus", async () => {
    const remake = (round: number) => [
      `CREATE FUNCTION shop.f() RETURNS INT DETERMINISTIC RETURN ${round}`,
      "DROP FUNCTION shop.f",
      "DO SLEEP(0.02)",
    ];
    const reports = await during(remake, async () => [await verify(), await verify(), await verify()]);
    for (const { objects } of reports) expect(objects.filter(({ verdict }) => verdict !== "undecided")).toEqual([]);
  });

  it("a routine that differs is found while another one is dropped and made again at every moment", async () => {
    await pair.target.rootQuery(
      "SET sql_log_bin = 0",
      "SET GLOBAL super_read_only = OFF",
      "CREATE FUNCTION shop.g() RETURNS INT DETERMINISTIC RETURN 1",
    );
    const remake = (round: number) => [
      `CREATE FUNCTION shop.f() RETURNS INT DETERMINISTIC RETURN ${round}`,
      "DROP FUNCTION shop.f",
    ];
    const { objects } = await during(remake, verify);
    await pair.target.rootQuery("SET sql_log_bin = 0", "DROP FUNCTION shop.g", "SET GLOBAL super_read_only = ON");
    expect(objects.filter(({ verdict }) => verdict !== "undecided").map(showObject)).toEqual([
      "function shop.g",
      "parameters of function shop.g",
    ]);
  });

  it("a table that is altered at every moment is undecided at worst, and never different", async () => {
    const alter = (round: number) => [
      `ALTER TABLE shop.fts ADD COLUMN c${round} INT`,
      `ALTER TABLE shop.fts DROP COLUMN c${round}`,
    ];
    const reports = await during(alter, async () => [await verify(), await verify()]);
    for (const { tables, objects } of reports) {
      for (const { table, problem, differences } of tables) {
        expect({ table, differences }).toEqual({ table, differences: 0 });
        if (problem !== undefined) expect({ table, kind: problem.kind }).toEqual({ table: "fts", kind: "undecided" });
      }
      expect(objects.filter(({ verdict }) => verdict !== "undecided")).toEqual([]);
    }
    expect(describeReport(await verify())[0]).toMatch(/^OK: /);
  });
});

describe("events", () => {
  it("that are over are no difference, although MySQL disables them on the primary alone", async () => {
    await pair.source.rootQuery(
      "SET GLOBAL event_scheduler = ON",
      "CREATE TABLE shop.tick (id INT PRIMARY KEY AUTO_INCREMENT)",
      "CREATE EVENT shop.once ON SCHEDULE AT NOW() + INTERVAL 1 SECOND ON COMPLETION PRESERVE DO INSERT INTO shop.tick VALUES ()",
      "CREATE EVENT shop.few ON SCHEDULE EVERY 1 SECOND ENDS NOW() + INTERVAL 1 SECOND ON COMPLETION PRESERVE DO INSERT INTO shop.tick VALUES ()",
    );
    const disabled = "SELECT COUNT(*) AS n FROM information_schema.EVENTS WHERE STATUS = 'DISABLED'";
    await expect.poll(async () => (await pair.source.rootQuery(disabled))[0]?.n, { timeout: 30_000 }).toBe(2);
    expect(describeReport(await verify())[0]).toMatch(/^OK: /);
  });

  it("that one server has disabled and the other has not differ", async () => {
    await pair.source.rootQuery("CREATE EVENT shop.daily ON SCHEDULE EVERY 1 DAY STARTS '2040-01-01' DO DO 1");
    await pair.source.rootQuery("SET sql_log_bin = 0", "ALTER EVENT shop.daily DISABLE");
    expect(describeReport(await verify())[1]).toBe(
      'event shop.daily: STATUS: source "disabled", target "enabled on the primary"',
    );
    await pair.source.rootQuery("DROP EVENT shop.daily");
  });
});
