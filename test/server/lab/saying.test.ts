import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { startTestMysql, type TestMysql } from "../../../lab/testing.js";

let server: TestMysql | undefined;
afterEach(() => server?.stop());

const row = z.looseObject({});

it.each([
  ["8.0.36", "SHOW MASTER STATUS", "SHOW BINARY LOG STATUS"],
  ["8.4.6", "SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"],
])("a server that says %s takes %s, and not %s", async (saysVersion, known, unknown) => {
  server = await startTestMysql({ name: "saying", saysVersion });
  expect(await server.rootQuery("SELECT VERSION() AS version")).toEqual([{ version: saysVersion }]);
  const events = await server.rootQuery("SHOW BINLOG EVENTS LIMIT 1");
  expect(events).toMatchObject([{ Info: expect.stringContaining(`Server ver: ${saysVersion},`) }]);
  await MysqlServer.with(server.options, "source", async (source) => {
    expect(await source.query(known, [], row)).toMatchObject([{ File: expect.any(String) }]);
    await expect(source.query(unknown, [], row)).rejects.toThrow("error 1064");
    expect(await source.query(known, [], row)).toHaveLength(1);
  });
});
