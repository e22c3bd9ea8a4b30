import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exitCodeFor } from "../../../../engine/cli/preflight-command.js";
import {
  addServerOptions,
  addServersOptions,
  connectionFrom,
  namedServers,
  parseAddress,
} from "../../../../engine/cli/server-options.js";
import type { Finding } from "../../../../engine/operation/index.js";

describe("parseAddress", () => {
  it.each([
    ["admin@db", { user: "admin", host: "db", port: 3306 }],
    ["admin@10.0.0.1:3307", { user: "admin", host: "10.0.0.1", port: 3307 }],
    ["admin@[::1]:3307", { user: "admin", host: "::1", port: 3307 }],
    ["me@corp@db:3306", { user: "me@corp", host: "db", port: 3306 }],
  ])("%s", (text, address) => expect(parseAddress(text)).toEqual(address));

  it.each(["", "db:3306", "@db", "admin@", "admin@db:", "admin@db:0", "admin@db:65536", "admin@::1:3306"])(
    "refuses %j",
    (text) => expect(() => parseAddress(text)).toThrow("It should look like user@host:port"),
  );
});

describe("connectionFrom", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ferry-"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const connection = (argv: string[], environment: Record<string, string> = {}) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const command = addServerOptions(new Command(), "source").exitOverride();
    return connectionFrom(command.parse(argv, { from: "user" }).opts(), "source", environment);
  };

  it("takes address and password from the environment", () => {
    const environment = { FERRY_SOURCE: "root@127.0.0.1:33061", FERRY_SOURCE_PASSWORD: "p w" };
    expect(connection([], environment)).toEqual({
      host: "127.0.0.1",
      port: 33061,
      user: "root",
      password: "p w",
      tls: { mode: "required" },
    });
  });

  it("lets options go first, and reads password and certificate authority from files", () => {
    writeFileSync(join(folder, "password"), "secret\n");
    writeFileSync(join(folder, "ca.pem"), "PEM");
    const argv = ["--source", "admin@db", "--source-password-file", join(folder, "password")];
    const tls = ["--source-tls-mode", "verify-ca", "--source-tls-ca", join(folder, "ca.pem")];
    expect(connection([...argv, ...tls], { FERRY_SOURCE: "x@y" })).toEqual({
      host: "db",
      port: 3306,
      user: "admin",
      password: "secret",
      tls: { mode: "verify-ca", ca: "PEM" },
    });
  });

  it("has nothing to say of a server that was not named", () => expect(connection([])).toBeUndefined());

  it.each([
    [
      ["--source", "a@db"],
      "no password for the source: set FERRY_SOURCE_PASSWORD, or give --source-password-file FILE",
    ],
    [["--source", "a@db", "--source-password-file", "/nowhere"], "cannot read the password: ENOENT"],
    [
      ["--source", "a@db", "--source-tls-mode", "verify-ca"],
      "needs a certificate authority: give --source-tls-ca FILE",
    ],
  ])("%o is an error", (argv, message) => expect(() => connection(argv)).toThrow(message));

  it("has no option for the password itself", () => {
    const command = addServerOptions(new Command(), "source");
    expect(command.options.map(({ long }) => long)).toEqual([
      "--source",
      "--source-password-file",
      "--source-tls-mode",
      "--source-tls-ca",
    ]);
  });
});

describe("namedServers", () => {
  const server = (host: string) => ({ host, port: 3306, user: "admin", password: "secret" });
  const stated = (host: string) => ({ ...server(host), password: "own", tls: { mode: "required" } });
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ferry-"));
    file = join(folder, "connections.json");
    writeFileSync(file, JSON.stringify({ source: server("s"), target: server("t") }), { mode: 0o600 });
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const named = (argv: readonly string[], environment: Record<string, string> = {}) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const command = addServersOptions(new Command()).exitOverride();
    return namedServers(command.parse(argv, { from: "user" }), environment);
  };

  it("takes both servers from the file", async () => {
    expect(await named(["--connections", file])).toEqual({ source: server("s"), target: server("t"), stated: [] });
  });

  it("lets an option win over the file, and the file over the environment's addresses", async () => {
    const environment = { FERRY_SOURCE: "admin@env", FERRY_TARGET: "admin@env", FERRY_TARGET_PASSWORD: "own" };
    expect(await named(["--connections", file, "--target", "admin@own"], environment)).toEqual({
      source: server("s"),
      target: stated("own"),
      stated: ["target"],
    });
  });

  it("takes the environment's without a file", async () => {
    expect(await named([], { FERRY_SOURCE: "admin@env", FERRY_SOURCE_PASSWORD: "own" })).toEqual({
      source: stated("env"),
      stated: ["source"],
    });
  });

  it("refuses an option that would be passed over", async () => {
    await expect(named(["--connections", file, "--source-tls-mode", "disabled"])).rejects.toThrow(
      "--source-tls-mode goes with --source: --connections holds all of the source already",
    );
  });

  it.each([0o640, 0o604, 0o620, 0o601])("refuses a file that others may use: mode %o", async (mode) => {
    chmodSync(file, mode);
    await expect(named(["--connections", file])).rejects.toThrow(
      `other users may use ${file} (mode ${mode.toString(8)}), and connections has passwords: chmod 600 ${file}`,
    );
  });

  it("says why a file cannot be read", async () => {
    await expect(named(["--connections", join(folder, "none")])).rejects.toThrow("cannot read connections: ENOENT");
    chmodSync(folder, 0o700);
    await expect(named(["--connections", folder])).rejects.toThrow("cannot read connections: EISDIR");
  });
});

it.each([
  [[], 0],
  [[["tls", "warning"]], 0],
  [[["tls", "blocker"]], 1],
  [
    [
      ["connection", "ok"],
      ["tls", "blocker"],
    ],
    1,
  ],
  [
    [
      ["connection", "blocker"],
      ["tls", "blocker"],
    ],
    2,
  ],
] as [[string, Finding["severity"]][], number][])("findings %o end with %i", (findings, code) => {
  const rest = { server: "source", seen: "", wanted: "", fix: "" };
  expect(exitCodeFor(findings.map(([check, severity]) => ({ check, severity, ...rest })))).toBe(code);
});
