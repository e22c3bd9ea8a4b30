import { enableEvent, readEvents } from "@gtid-ferry/engine/events";
import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";

let server: TestMysql;
beforeAll(async () => {
  server = await startTestMysql({ name: "events", settings: { event_scheduler: "OFF" } });
  await server.rootQuery("CREATE SCHEMA app", "CREATE TABLE app.runs (event VARCHAR(20))");
});
afterAll(() => server?.stop());

const onServer = <T>(work: (open: MysqlServer) => Promise<T>) => MysqlServer.with(server.options, "target", work);

/** Enables every event that came by replication; gives what failed, by name. */
const enableAll = () =>
  onServer(async (open) => {
    const failed: Record<string, string> = {};
    for (const event of await readEvents(open)) {
      await enableEvent(open, event).catch((error: unknown) => {
        failed[event.name] = String(error);
      });
    }
    return failed;
  });

/** As MySQL makes an event that comes by replication. */
const replicated = (definer: string, name: string, when = "EVERY 1 DAY") =>
  `CREATE DEFINER = ${definer} EVENT app.${name} ON SCHEDULE ${when} DISABLE ON REPLICA DO SET @a = 1`;

describe("an event that is enabled where the primary is now", () => {
  it("keeps every attribute that ALTER EVENT lets it keep", async () => {
    const attributes = () =>
      server.rootQuery(
        `SELECT EVENT_NAME, DEFINER, TIME_ZONE, EVENT_DEFINITION, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION,
          DATABASE_COLLATION, STARTS, ENDS, INTERVAL_VALUE, INTERVAL_FIELD, ON_COMPLETION, EVENT_COMMENT
          FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'app' ORDER BY EVENT_NAME`,
      );
    const account = server.options.user;
    await server.rootQuery(
      `GRANT SET_ANY_DEFINER ON *.* TO '${account}'@'%'`,
      "SET NAMES latin1 COLLATE latin1_german2_ci",
      "SET SESSION time_zone = '+05:00', sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'",
      `CREATE DEFINER = app@'%' EVENT app.latin ON SCHEDULE EVERY 2 HOUR STARTS '2030-01-01 00:00:00' ENDS '2031-01-01 00:00:00'
        ON COMPLETION PRESERVE DISABLE ON REPLICA COMMENT 'hourly' DO INSERT INTO app.runs VALUES ('latin')`,
      "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
      "CREATE DEFINER = app@'%' EVENT app.`größe 表` ON SCHEDULE EVERY 1 DAY DISABLE ON REPLICA DO SET @a = 'ß'",
    );
    const before = await attributes();
    expect(await enableAll()).toEqual({});
    expect(await attributes()).toEqual(before);
    await onServer(async (open) => {
      for (const { name, status } of await readEvents(open)) expect(status, name).toBe("ENABLED");
    });
    await server.rootQuery(
      "DROP EVENT app.latin",
      "DROP EVENT app.`größe 表`",
      `REVOKE SET_ANY_DEFINER ON *.* FROM '${account}'@'%'`,
    );
  });

  it("runs once if its time came while it was disabled", async () => {
    await server.rootQuery(
      `GRANT EVENT, INSERT ON app.* TO '${server.options.user}'@'%'`,
      `CREATE DEFINER = '${server.options.user}'@'%' EVENT app.due ON SCHEDULE AT NOW() + INTERVAL 1 SECOND
        DISABLE ON REPLICA DO INSERT INTO app.runs VALUES ('due')`,
      "DO SLEEP(2)",
    );
    expect(await enableAll()).toEqual({});
    await server.rootQuery("SET GLOBAL event_scheduler = ON");
    const runs = () => server.rootQuery("SELECT event FROM app.runs");
    await expect.poll(runs, { timeout: 10_000 }).toEqual([{ event: "due" }]);
    await server.rootQuery("SET GLOBAL event_scheduler = OFF");
    expect(
      await server.rootQuery("SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'app'"),
    ).toEqual([]);
  });

  it("is one that may have run already, where it runs once, stays, and its time is over", async () => {
    const kept = (name: string, when: string) =>
      `CREATE EVENT app.${name} ON SCHEDULE AT ${when} ON COMPLETION PRESERVE DISABLE DO SET @a = 1`;
    await server.rootQuery(
      "SET SESSION time_zone = '-07:00'",
      kept("over", "NOW() + INTERVAL 1 SECOND"),
      kept("later", "NOW() + INTERVAL 1 DAY"),
      "DO SLEEP(2)",
    );
    const events = await onServer(readEvents);
    expect(events.map(({ name, mayHaveRun }) => [name, mayHaveRun])).toEqual([
      ["later", false],
      ["over", true],
    ]);
    await server.rootQuery("DROP EVENT app.over", "DROP EVENT app.later");
  });
});

describe("the privileges to enable an event of another account", () => {
  it("are those that the server itself asks for, one after the other", async () => {
    const account = `'${server.options.user}'@'%'`;
    await server.rootQuery(
      "CREATE USER gone@localhost",
      "CREATE USER great@localhost",
      "GRANT SYSTEM_USER ON *.* TO great@localhost",
      replicated("gone@localhost", "orphan"),
      replicated("great@localhost", "great"),
      replicated("app@'%'", "theirs"),
      replicated(account, "mine"),
      "DROP USER gone@localhost",
    );
    const lacks = async () => {
      const events = await onServer(readEvents);
      return Object.fromEntries(events.map(({ name, lacks: missing }) => [name, missing]));
    };
    expect(await lacks()).toEqual({
      orphan: ["SET_ANY_DEFINER", "ALLOW_NONEXISTENT_DEFINER"],
      great: ["SET_ANY_DEFINER", "SYSTEM_USER"],
      theirs: ["SET_ANY_DEFINER"],
      mine: [],
    });
    const left = async (...names: string[]) => expect(Object.keys(await enableAll()).sort()).toEqual(names);
    await left("great", "orphan", "theirs");
    await server.rootQuery(`GRANT SET_ANY_DEFINER ON *.* TO ${account}`);
    await left("great", "orphan");
    await server.rootQuery(`GRANT SYSTEM_USER ON *.* TO ${account}`);
    expect(await lacks()).toMatchObject({ orphan: ["ALLOW_NONEXISTENT_DEFINER"], great: [], theirs: [] });
    await left("orphan");
    await server.rootQuery(`GRANT ALLOW_NONEXISTENT_DEFINER ON *.* TO ${account}`);
    await left();
  });
});
