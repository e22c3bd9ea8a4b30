import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "@gtid-ferry/engine/operation";
import { type SwitchoverLimits, type SwitchoverStep, switchover } from "@gtid-ferry/engine/switchover";
import type { Side } from "@gtid-ferry/engine/topology";
import type { TrafficRoute } from "@gtid-ferry/engine/traffic";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

/** By what they say; servers, drivers and networks that die have the fault matrix. */
describe("a switchover that cannot be had", () => {
  let pair: SwitchoverPair;
  let session: Connection;
  beforeAll(async () => {
    pair = await startSwitchoverPair("faults");
    await pair.source.rootQuery(
      "CREATE SCHEMA app",
      "CREATE TABLE app.t (id INT PRIMARY KEY, v INT)",
      "INSERT INTO app.t VALUES (1, 1)",
    );
    session = await createConnection({ socketPath: pair.source.socket, user: "root" });
  });
  afterAll(async () => {
    await session?.end();
    await pair?.stop();
  });

  const fences = async (side: Side) => {
    const [row] = await pair[side].rootQuery("SELECT @@read_only + @@super_read_only AS fences");
    return row?.fences;
  };
  const limits = { attempts: 1, quietTimeoutSeconds: 1, budgetSeconds: 4, settleTimeoutSeconds: 10 };

  /** Runs it, lets something happen at a step, and gives the error's text; the source must be the only primary after it. */
  const fails = async (
    at: SwitchoverStep,
    happens: () => Promise<unknown>,
    changes: Partial<SwitchoverLimits> = {},
  ) => {
    const listener = async (step: SwitchoverStep) => {
      if (step === at) await happens();
    };
    const ended = switchover(pair.request("target", { ...limits, ...changes }), [], silent, listener);
    const message = await ended.then(
      () => "it succeeded",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    expect(await fences("source")).toBe(0);
    return message;
  };

  const nothing = async () => undefined;

  it.each([
    ["no budget", { budgetSeconds: 0 }, "budgetSeconds is 0"],
    ["a budget below one attempt", { budgetSeconds: 1 }, "must leave room"],
  ])("refuses %s", async (_, changes, message) => {
    expect(await fails("check", nothing, changes)).toContain(message);
  });

  it("refuses another server than the expected one", async () => {
    const request = pair.request("target", limits);
    const { source, target } = pair.roles("target");
    const members = { source, target: { ...target, expectedUuid: "00000000-0000-0000-0000-000000000001" } };
    await expect(switchover({ ...request, members }, [], silent)).rejects.toThrow("this is another server");
  });

  it("names a lock before anything is changed, and goes on when it has gone", async () => {
    await session.query("LOCK TABLES app.t WRITE");
    expect(await fails("check", nothing)).toContain("LOCK TABLES on app.t");
    await session.query("UNLOCK TABLES");
  });

  it("undoes where a lock that came after the checks holds up the fence, with the event scheduler at rest again", async () => {
    await pair.source.rootQuery("SET GLOBAL event_scheduler = OFF");
    const message = await fails("fence", () => session.query("LOCK TABLES app.t WRITE"));
    expect(message).toMatch(/1205|[Ll]ock wait timeout/);
    expect(message).toContain("writes; they were stopped for");
    expect(await pair.source.rootQuery("SELECT @@event_scheduler AS scheduler")).toEqual([{ scheduler: "OFF" }]);
    await pair.source.rootQuery("SET GLOBAL event_scheduler = ON");
    await session.query("UNLOCK TABLES");
  });

  it("tries again, and succeeds once the lock has gone", async () => {
    let attempts = 0;
    const listener = async (step: SwitchoverStep) => {
      if (step !== "fence") return;
      attempts += 1;
      await session.query(attempts === 1 ? "LOCK TABLES app.t WRITE" : "UNLOCK TABLES");
    };
    const result = await switchover(pair.request("target", { ...limits, attempts: 3 }), [], silent, listener);
    expect(result.report?.attempts).toBe(2);
    await switchover(pair.request("source", limits), [], silent);
  });

  const killFailSafe = async () => {
    const find = () =>
      pair.source.rootQuery(
        "SELECT PROCESSLIST_ID AS id FROM performance_schema.threads WHERE NAME = 'thread/sql/event_worker'",
      );
    const [worker] = await find();
    await pair.source.rootQuery(`KILL ${String(worker?.id)}`);
    await expect.poll(find, { interval: 5, timeout: 1_000 }).toEqual([]);
  };

  it.each(["fence", "clear fail-safe"] as const)("undoes where the fail-safe has gone before: %s", async (step) => {
    expect(await fails(step, killFailSafe)).toContain("the fail-safe timer does not run any more; undone");
  });

  it("fences nothing where the budget has passed", async () => {
    expect(await fails("fence", () => sleep(2_000), { budgetSeconds: 2 })).toContain(
      "too little of the budget is left",
    );
  });

  it.each([
    ["hold", "pausing connections"],
    ["cut", "dropping connections"],
  ] as const)("undoes where a route does not answer to %s within the budget", async (method, failed) => {
    const route: TrafficRoute = {
      name: "silent",
      endpoints: ["source", "target"],
      describe: () => [],
      observe: async () => "source",
      hold: nothing,
      cut: nothing,
      lead: nothing,
      close: nothing,
      [method]: () => new Promise(() => undefined),
    };
    const ended = switchover(pair.request("target", { ...limits, budgetSeconds: 2 }), [route], silent);
    await expect(ended).rejects.toThrow(failed);
    expect(await fences("source")).toBe(0);
  });

  it("undoes where an XA transaction is prepared", async () => {
    const prepare = async () => {
      for (const sql of ["XA START 'x'", "INSERT INTO app.t VALUES (2, 2)", "XA END 'x'", "XA PREPARE 'x'"]) {
        await session.query(sql);
      }
    };
    expect(await fails("fence", prepare)).toContain("prepared XA transactions");
    await session.query("XA ROLLBACK 'x'");
  });

  it("undoes where the replica stops applying, and converges once it applies again", async () => {
    const stop = async () => {
      await pair.target.rootQuery("STOP REPLICA SQL_THREAD FOR CHANNEL 'gtid_ferry'");
      await session.query("UPDATE app.t SET v = v + 1");
    };
    expect(await fails("pause connections", stop)).toMatch(/it lacks|applier OFF/);
    await pair.target.rootQuery("START REPLICA FOR CHANNEL 'gtid_ferry'");
    expect(await switchover(pair.request("target", limits), [], silent)).toMatchObject({ primary: "target" });
    await switchover(pair.request("source", limits), [], silent);
  });

  it("undoes where the replica has a transaction of its own", async () => {
    const write = () =>
      pair.target.rootQuery(
        "SET GLOBAL super_read_only = 0",
        "INSERT INTO app.t VALUES (99, 99)",
        "SET GLOBAL super_read_only = 1",
      );
    expect(await fails("pause connections", write)).toContain("which the primary had not");
    expect(await fails("check", nothing)).toContain("errant-transactions");
  });
});
