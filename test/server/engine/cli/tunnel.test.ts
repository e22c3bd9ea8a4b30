import { join } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LabSshd } from "../../../../lab/sshd/index.js";
import { makeTestDirectory, removeTestDirectory } from "../../../../lab/testing.js";
import { ensureOpenssh } from "../../../../toolchain/openssh.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";
import { runFerryWith } from "./run-ferry.js";

let directory: string;
let pair: SwitchoverPair;
let sshd: LabSshd;
let connections: string;
beforeAll(async () => {
  directory = await makeTestDirectory("cli-tunnel");
  pair = await startSwitchoverPair("cli-tunnel-pair");
  sshd = await LabSshd.start(await ensureOpenssh(() => undefined), { directory: join(directory, "sshd") });
  connections = JSON.stringify({ source: through(pair.source.options), target: through(pair.target.options) });
  await pair.source.rootQuery("CREATE SCHEMA shop", "CREATE TABLE shop.item (id INT PRIMARY KEY)");
});
afterAll(async () => {
  await Promise.all([pair.stop(), sshd.stop()]);
  await removeTestDirectory(directory);
});

const through = (options: ConnectionOptions): ConnectionOptions => ({
  ...options,
  via: { kind: "ssh", ssh: sshd.login },
});
const ferry = (...argv: string[]) => runFerryWith([...argv, "--connections", "-"], {}, connections);

it("ferry looks at servers, compares them and explains a replica's own writes, all through SSH, and ends", async () => {
  const { stdout } = await ferry("preflight", "--json");
  expect(stdout).toContain(`"server": "source 127.0.0.1:${pair.source.port} via ssh ${sshd.login.host}"`);
  const verified = await ferry("verify", "--tables", "shop.item");
  expect(verified).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("OK: 0 rows in 1 table and all schema objects, accounts and grants match"),
  });
  await pair.target.rootQuery(
    "SET GLOBAL super_read_only = OFF",
    "INSERT INTO shop.item VALUES (7)",
    "SET GLOBAL super_read_only = ON",
  );
  const errants = await ferry("errants");
  expect(errants.stdout).toMatch(/shop\.item/);
  await pair.target.rootQuery(
    "SET GLOBAL super_read_only = OFF",
    "SET sql_log_bin = 0",
    "DELETE FROM shop.item",
    "SET GLOBAL super_read_only = ON",
  );
});
