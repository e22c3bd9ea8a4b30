import { explainErrants, type InjectionRequest, injectEmpty } from "@gtid-ferry/engine/errant";
import { GtidSet } from "@gtid-ferry/engine/gtid";
import { compareGtidSets, readExecuted } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testInstallation } from "../../../../lab/testing.js";
import { startWrittenPair, type WrittenPair } from "../../helpers/written-pair.js";

const THIRD = "cccccccc-dddd-eeee-ffff-000000000000";

let pair: WrittenPair;
let program: string;
beforeAll(async () => {
  pair = await startWrittenPair("inject");
  program = (await testInstallation()).mysqlbinlog;
});
afterAll(() => pair?.stop());

const errant = () => pair.onBoth(async (source, target) => (await compareGtidSets(source, target)).errant);
const explain = (gtids: string, isEqual?: boolean) =>
  pair.onTarget((target) =>
    explainErrants(target, pair.target.options, gtids, {
      program,
      ...(isEqual === undefined ? {} : { isEqualOnSource: async () => isEqual }),
    }),
  );
const sourceMember = () => ({ role: "source", connection: pair.source.options });
const inject = (gtids: string, options: Partial<InjectionRequest> = {}) =>
  injectEmpty({ members: [sourceMember()], gtids: GtidSet.parse(gtids), allowWrites: true, ...options }, silent);
/** A transaction of the target alone under a given GTID. */
const strayEmpty = (...gtids: string[]) =>
  pair.target.rootQuery(
    ...gtids.flatMap((gtid) => [`SET gtid_next = '${gtid}'`, "BEGIN", "COMMIT"]),
    "SET gtid_next = 'AUTOMATIC'",
  );

describe("under load", () => {
  it("finds FLUSH on a replica, calls it harmless, and makes it everybody's", async () => {
    await pair.target.rootQuery("FLUSH TABLES");
    const gtid = `${pair.targetUuid}:1`;
    expect(await errant()).toBe(gtid);
    const { classes, transactions } = await explain(gtid);
    expect(classes).toEqual({ harmless: gtid, equal: "", changed: "", unknown: "" });
    expect(transactions[0]?.transaction).toMatchObject({ statements: ["FLUSH TABLES"], rowCount: 0 });
    expect(await inject(gtid)).toMatchObject({ injected: 1 });
    expect(await errant()).toBe("");
    expect(await inject(gtid)).toMatchObject({ injected: 0 });
  });

  it("finds and repairs one under the source's own UUID, and the source goes on", async () => {
    const lost = `${pair.sourceUuid}:900000`;
    await strayEmpty(lost);
    expect(await errant()).toBe(lost);
    expect((await explain(lost)).classes.harmless).toBe(lost);
    await inject(lost);
    expect(await errant()).toBe("");
  });

  it("finds and repairs tagged ones, and names the privilege where it lacks", async () => {
    const tagged = `${THIRD}:mig:5-7`;
    await strayEmpty(`${THIRD}:mig:5`, `${THIRD}:mig:6`, `${THIRD}:mig:7`);
    expect(await errant()).toBe(tagged);
    // The first is committed before the second is refused.
    const refused = inject(`${THIRD}:1:mig:5-7`);
    await expect(refused).rejects.toThrow(/6038.*GRANT .*TRANSACTION_GTID_TAG/s);
    expect(await pair.onBoth(readExecuted)).toContain(`${THIRD}:1`);
    await pair.source.rootQuery("SET sql_log_bin = 0", "GRANT TRANSACTION_GTID_TAG ON *.* TO ferry_admin@'%'");
    await inject(tagged);
    expect(await errant()).toBe("");
  });

  it("shows what changed, with names of columns, and believes a comparison of the tables", async () => {
    await pair.source.rootQuery(
      "CREATE TABLE app.account (id INT PRIMARY KEY, balance DECIMAL(10,2))",
      "INSERT INTO app.account VALUES (1, 10)",
    );
    await expect.poll(() => pair.target.rootQuery("SELECT id FROM app.account"), { timeout: 20_000 }).toHaveLength(1);
    const [before] = await pair.target.rootQuery("SELECT @@gtid_executed AS value");
    await pair.stray("UPDATE app.account SET balance = 20 WHERE id = 1", "CREATE USER IF NOT EXISTS nobody@nowhere");
    const all = GtidSet.parse(await pair.onTarget(readExecuted)).subtract(GtidSet.parse(String(before?.value)));
    const own = [...all.intervals()]
      .filter(({ uuid }) => uuid === pair.targetUuid)
      .map(({ start, end }) => `${start}-${end}`);
    const gtids = `${pair.targetUuid}:${own.join(":")}`;
    const { classes, transactions } = await explain(gtids);
    expect(GtidSet.parse(classes.changed).count()).toBe(2n);
    expect(transactions[0]?.transaction?.rows).toEqual([
      {
        kind: "update",
        columnCount: 2,
        schema: "app",
        table: "account",
        before: [
          { column: "id", value: "1" },
          { column: "balance", value: "10.00" },
        ],
        after: [
          { column: "id", value: "1" },
          { column: "balance", value: "20.00" },
        ],
      },
    ]);
    expect((await explain(gtids, true)).transactions.map(({ class: name }) => name)).toEqual(["equal", "changed"]);
    expect((await explain(gtids, false)).classes.equal).toBe("");
    await pair.target.rootQuery(
      "SET GLOBAL super_read_only = OFF",
      "SET sql_log_bin = 0",
      "UPDATE app.account SET balance = 10",
      "DROP USER nobody@nowhere",
      "SET GLOBAL super_read_only = ON",
    );
    await inject(gtids);
    expect(await errant()).toBe("");
  });

  it("cannot tell what one did whose binary log is purged", async () => {
    await pair.target.rootQuery("FLUSH STATUS", "FLUSH BINARY LOGS");
    const [log] = await pair.target.rootQuery("SHOW BINARY LOG STATUS");
    await pair.target.rootQuery(`PURGE BINARY LOGS TO '${String(log?.File)}'`, "FLUSH STATUS");
    const found = await errant();
    const { classes, transactions } = await explain(found);
    expect([GtidSet.parse(classes.unknown).count(), GtidSet.parse(classes.harmless).count()]).toEqual([1n, 1n]);
    expect(transactions.map(({ class: name, transaction }) => [name, transaction === undefined])).toEqual([
      ["harmless", false],
      ["unknown", true],
    ]);
    await inject(found);
  });

  it("injects 2000, from wherever a first run was cut off", async () => {
    await pair.target.rootQuery(...Array.from({ length: 2000 }, () => "FLUSH STATUS"));
    const found = await errant();
    expect(GtidSet.parse(found).count()).toBe(2000n);
    const { classes } = await explain(found);
    expect(classes.harmless).toBe(found);
    const left = async () => {
      const executed = await pair.onBoth((source) => readExecuted(source));
      return Number(GtidSet.parse(found).subtract(GtidSet.parse(executed)).count());
    };
    const running = inject(found, { batchSize: 10 }).catch((error: unknown) => String(error));
    await expect.poll(left, { interval: 5, timeout: 20_000 }).toBeLessThan(1900);
    const sessions = await pair.source.rootQuery(
      "SELECT ID FROM performance_schema.processlist WHERE USER = 'ferry_admin'",
    );
    for (const { ID } of sessions) await pair.source.rootQuery(`KILL ${ID}`).catch(() => undefined);
    expect(await running).toContain("it goes on where it stopped");
    const rest = await left();
    expect(rest).toBeGreaterThan(0);
    const { injected, seconds } = await inject(found);
    expect(injected).toBe(rest);
    console.log(
      `${injected} errant GTIDs repaired in ${seconds.toFixed(2)} s: ${Math.round(injected / seconds)} per second`,
    );
    expect(await errant()).toBe("");
  });

  it("has lost nothing on the way", () => pair.expectWhole());

  it("injects on each member where there is no primary, though it is read-only", async () => {
    await pair.source.kill();
    const gtids = GtidSet.parse(`${THIRD}:100-110`);
    const members = [{ role: "target", connection: pair.target.options }];
    expect(await injectEmpty({ members, gtids, allowWrites: true }, silent)).toMatchObject({ injected: 11 });
    expect(GtidSet.parse(await pair.onTarget(readExecuted)).contains(gtids)).toBe(true);
  });
});
