import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { switchover } from "@gtid-ferry/engine/switchover";
import type { Side } from "@gtid-ferry/engine/topology";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";
import { runFerry, runFerryWith } from "./run-ferry.js";

let pair: SwitchoverPair;
let connections: string;
let file: string;
beforeAll(async () => {
  pair = await startSwitchoverPair("cli-connections");
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.item (id INT PRIMARY KEY, name VARCHAR(10))",
    "INSERT INTO shop.item VALUES (1, 'a'), (2, 'b')",
  );
  connections = JSON.stringify({ source: pair.source.options, target: pair.target.options });
  file = join(pair.source.directory, "connections.json");
  await writeFile(file, connections, { mode: 0o600 });
});
afterAll(() => pair?.stop());

const VERIFY = ["verify", "--tables", "shop.item"];
const fromFile = (...argv: string[]) => runFerryWith([...argv, "--connections", file], {});
const uuidOf = async (side: Side) => {
  const [row] = await pair[side].rootQuery("SELECT @@server_uuid AS uuid");
  return String(row?.uuid);
};
/** A change that the other server does not get. */
const plantOn = (side: Side, statement: string) =>
  pair[side].rootQuery(
    "SET GLOBAL super_read_only = OFF",
    "SET sql_log_bin = 0",
    statement,
    "SET GLOBAL super_read_only = ON",
  );

// One pair's life in order: each test starts where the one before ended.
describe("ferry with --connections", () => {
  it("takes both servers from a file", async () => {
    const { code, stdout } = await fromFile(...VERIFY);
    expect(stdout).toMatch(/^OK: 2 rows in 1 table and all schema objects, accounts and grants match/);
    expect(code).toBe(0);
    expect(await fromFile("errants")).toEqual({ code: 0, stdout: "no errant transactions\n", stderr: "" });
    const { stdout: findings } = await fromFile("preflight", "--json");
    expect(findings).toContain(`"server": "source 127.0.0.1:${pair.source.port}"`);
    expect(findings).toContain(`"server": "target 127.0.0.1:${pair.target.port}"`);
  });

  it("takes them from standard input", async () => {
    const { code, stdout } = await runFerryWith([...VERIFY, "--connections", "-"], {}, connections);
    expect(stdout).toMatch(/^OK: 2 rows in 1 table and all schema objects, accounts and grants match/);
    expect(code).toBe(0);
  });

  it("lets an option win", async () => {
    const { code, stderr } = await runFerryWith([...VERIFY, "--connections", file, "--target", "nobody@127.0.0.1:1"], {
      FERRY_TARGET_PASSWORD: "x",
    });
    expect(code).toBe(2);
    expect(stderr).toContain("connecting as nobody failed on target 127.0.0.1:1");
  });

  it("refuses a file that other users may read", async () => {
    await chmod(file, 0o644);
    for (const command of ["preflight", "verify", "errants"]) {
      const { code, stdout, stderr } = await fromFile(command);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toBe(`other users may use ${file} (mode 644), and connections has passwords: chmod 600 ${file}\n`);
    }
    await chmod(file, 0o600);
  });

  it("says what is wrong with the connections, and never what they hold", async () => {
    const { password, ...source } = pair.source.options;
    const wrong = JSON.stringify({ source: { ...source, passwort: password } });
    const { code, stdout, stderr } = await runFerryWith(["errants", "--connections", "-"], {}, wrong);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("connections.source.password: Invalid input");
    expect(stderr).toContain('connections.source: Unrecognized key: "passwort"');
    expect(stderr).not.toContain(password);
  });

  it("says which server the stack does not have yet", async () => {
    const prepared = JSON.stringify({ source: pair.source.options });
    const { code, stderr } = await runFerryWith(["verify", "--connections", "-"], {}, prepared);
    expect(code).toBe(2);
    expect(stderr).toBe("no target in the connections: the stack's phase has none; give --target user@host:port\n");
  });

  it("compares from the target after it has become the primary, and gives the source the target's rows", async () => {
    await switchover(pair.request("target"), [], silent);
    await plantOn("source", "UPDATE shop.item SET name = 'c' WHERE id = 2");
    const { code, stdout, stderr } = await fromFile(...VERIFY);
    expect(stderr).toContain(
      `the target 127.0.0.1:${pair.target.port} is the primary: comparing from it to the source 127.0.0.1:${pair.source.port}\n`,
    );
    expect(stdout).toContain("shop.item (2): differs\n");
    expect(code).toBe(1);
    await pair.target.rootQuery(
      "GRANT INSERT, DELETE, UPDATE ON shop.* TO ferry_admin@'%'",
      "GRANT CREATE TEMPORARY TABLES ON gtid_ferry.* TO ferry_admin@'%'",
    );
    expect((await fromFile(...VERIFY, "--repair", "--yes")).code).toBe(0);
    expect(await pair.source.rootQuery("SELECT name FROM shop.item WHERE id = 2")).toEqual([{ name: "b" }]);
  });

  it("finds what is errant on the source then", async () => {
    await pair.source.rootQuery("FLUSH TABLES");
    const { code, stdout } = await fromFile("errants");
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`\\n1 errant transaction: ${await uuidOf("source")}:\\d+\\n$`));
  });

  it("refuses servers that the user names the other way round, and takes them exchanged", async () => {
    const { source, target } = { source: pair.source.options, target: pair.target.options };
    for (const argv of [VERIFY, ["errants"], ["errants", "repair", "--method", "inject-empty"]]) {
      const { code, stdout, stderr } = await runFerry({ source, target }, argv);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/seen: +switchover 1 of .* UTC made the target the primary\n/);
      expect(stderr).toContain("exchange --source and --target");
    }
    const exchanged = { source: target, target: source };
    expect((await runFerry(exchanged, VERIFY)).code).toBe(0);
    const repaired = await runFerry(exchanged, ["errants", "repair", "--method", "inject-empty"]);
    expect(repaired.code).toBe(0);
    expect(repaired.stdout).toMatch(/repaired 1; nothing is errant any more\n$/);
    expect((await fromFile("errants")).code).toBe(0);
  });
});
