import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exitCodeFor } from "../../../../engine/cli/preflight-command.js";
import { addServerOptions, connectionFrom, parseAddress } from "../../../../engine/cli/server-options.js";
import type { Finding } from "../../../../engine/preflight/index.js";

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
