import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";
import { runFerryWith } from "./run-ferry.js";

let server: TestMysql;
beforeAll(async () => {
  server = await startTestMysql({ name: "ferry" });
});
afterAll(() => server.stop());

const environment = () => ({
  FERRY_SOURCE: `${server.options.user}@${server.options.host}:${server.port}`,
  FERRY_SOURCE_PASSWORD: server.options.password,
});

it("prints the table and ends with 0 where nothing blocks", async () => {
  const { code, stdout, stderr } = await runFerryWith(["preflight"], environment());
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^severity +check +server +found\nwarning +gtid-mode +source 127\.0\.0\.1:\d+ +gtid_mode is OFF\n/,
  );
  expect(stdout).toMatch(/0 blockers, \d+ warnings, \d+ ok\n$/);
  expect(stdout).not.toContain(server.options.password);
});

it("prints JSON and ends with 1 where something blocks", async () => {
  const { code, stdout } = await runFerryWith(
    ["preflight", "--json", "--purpose", "replicate", "--retention", "99999999"],
    environment(),
  );
  expect(code).toBe(1);
  const findings: unknown = JSON.parse(stdout);
  expect(findings).toContainEqual({
    check: "gtid-mode",
    server: `source 127.0.0.1:${server.port}`,
    severity: "blocker",
    seen: "gtid_mode is OFF",
    wanted: "gtid_mode ON",
    fix: "run phase prepare again",
  });
});

it.each([
  ["no source", ["preflight"], {}, "no source: give --source user@host:port, or set FERRY_SOURCE"],
  [
    "no password",
    ["preflight", "--source", "a@127.0.0.1:1"],
    {},
    "no password for the source: set FERRY_SOURCE_PASSWORD",
  ],
  ["an odd address", ["preflight", "--source", "nobody"], {}, "It should look like user@host:port"],
  ["an unknown command", ["move"], {}, "unknown command 'move'"],
])("ends with 2 and a reason: %s", async (_, argv, extra, message) => {
  const { code, stdout, stderr } = await runFerryWith(argv, extra);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});

it("ends with 2 where a server cannot be reached, and still prints the findings", async () => {
  const { code, stdout } = await runFerryWith(["preflight", "--json"], {
    ...environment(),
    FERRY_SOURCE: "a@127.0.0.1:1",
  });
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject([{ check: "connection", severity: "blocker" }]);
});

it("explains itself", async () => {
  const { code, stdout } = await runFerryWith(["preflight", "--help"], {});
  expect(code).toBe(0);
  for (const text of ["--source <user@host:port>", "FERRY_SOURCE_PASSWORD", "Exit code:"])
    expect(stdout).toContain(text);
});
