import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { SshOptions } from "../../../../engine/hosts/index.js";
import {
  addressOf,
  type ConnectionOptions,
  isNobodyListening,
  MysqlServer,
  statement,
} from "../../../../engine/mysql/index.js";
import { FerryError } from "../../../../engine/operation/index.js";
import { findFreePort, readProcess } from "../../../../lab/process/index.js";
import { LabSshd } from "../../../../lab/sshd/index.js";
import { makeTestDirectory, removeTestDirectory, startTestMysql, type TestMysql } from "../../../../lab/testing.js";
import { ensureOpenssh } from "../../../../toolchain/openssh.js";
import { Authority } from "../../../helpers/certificates.js";

let directory: string;
let authority: Authority;
let server: TestMysql;
let sshd: LabSshd;
let bastion: LabSshd;
beforeAll(async () => {
  directory = await makeTestDirectory("ssh-tunnel");
  authority = new Authority(directory);
  const { certificatePath, keyPath } = authority.sign("DNS:localhost");
  server = await startTestMysql({
    name: "ssh-tunnel-mysql",
    settings: { ssl_ca: authority.certificatePath, ssl_cert: certificatePath, ssl_key: keyPath },
  });
  const openssh = await ensureOpenssh(() => undefined);
  sshd = await LabSshd.start(openssh, { directory: join(directory, "sshd") });
  bastion = await LabSshd.start(openssh, { directory: join(directory, "bastion") });
});
afterAll(async () => {
  await Promise.all([sshd.stop(), bastion.stop(), server.stop()]);
  await removeTestDirectory(directory);
});

function through(ssh: SshOptions = sshd.login): ConnectionOptions {
  return { ...server.options, via: { kind: "ssh", ssh } };
}

async function failureOf(work: Promise<unknown>): Promise<FerryError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof FerryError)) throw new Error(`no FerryError: ${String(outcome)}`);
  return outcome;
}

const value = z.object({ value: z.unknown() });
const ask = (open: MysqlServer, sql = "SELECT 1 AS value") => open.queryOne(sql, [], value).then((row) => row.value);
const askOnce = (options: ConnectionOptions, sql?: string) =>
  MysqlServer.with(options, "source", (open) => ask(open, sql));

describe("a server behind SSH", () => {
  it("answers, and its label says how it is reached", async () => {
    const { host, port } = server.options;
    await MysqlServer.with(through(), "source", async (open) => {
      expect(await ask(open)).toBe(1);
      expect(open.label).toBe(`source ${host}:${port} via ssh ${sshd.login.host}`);
    });
  });

  it("answers through a bastion", async () => {
    expect(await askOnce(through({ ...sshd.login, bastion: bastion.login }))).toBe(1);
    expect(await bastion.log()).toContain("Accepted publickey");
    // Without a command OpenSSH holds small packets back.
    for (const hop of [sshd, bastion]) await expect.poll(() => hop.log()).toContain("Starting session: command");
  });

  it("gives and takes what is larger than any window", async () => {
    const bytes = 24 * 1024 * 1024;
    await server.rootQuery("SET GLOBAL max_allowed_packet = 67108864");
    await MysqlServer.with(through(), "source", async (open) => {
      expect(await ask(open, `SELECT LENGTH(REPEAT('x', ${bytes})) AS value`)).toBe(bytes);
      expect(await ask(open, `SELECT REPEAT('x', ${bytes}) AS value`)).toHaveLength(bytes);
      const [row] = await open.query("SELECT LENGTH(?) AS value", ["y".repeat(bytes)], value);
      expect(row?.value).toBe(bytes);
    });
  });

  it("kills a statement that is stuck, by a tunnel of its own", async () => {
    const [holder, fencer] = [
      await MysqlServer.connect(through(), "holder"),
      await MysqlServer.connect(through(), "source"),
    ];
    try {
      await holder.execute("DO GET_LOCK('held', 0)");
      const { problem } = await failureOf(fencer.runWithin(0.3, statement("DO GET_LOCK(?, 60)", "held")));
      expect(problem.seen).toContain("so it was killed");
    } finally {
      await Promise.all([holder.close(), fencer.close()]);
    }
  });
});

describe("TLS through the tunnel", () => {
  const tls = (host: string, mode: "verify-ca" | "verify-identity", ca = authority.certificate) =>
    askOnce({ ...through(), host, tls: { mode, ca } });

  it("verifies the authority", async () => {
    expect(await tls("127.0.0.1", "verify-ca")).toBe(1);
    const place = join(directory, "stranger");
    await mkdir(place);
    const stranger = new Authority(place);
    const { problem } = await failureOf(tls("127.0.0.1", "verify-ca", stranger.certificate));
    expect(problem.seen).toMatch(/^HANDSHAKE_SSL_ERROR: /);
  });

  it("verifies the server's own name, not the tunnel's end", async () => {
    expect(await tls("localhost", "verify-identity")).toBe(1);
    // Where TLS knows no name for a stream, Node takes "localhost".
    const { problem } = await failureOf(tls("127.0.0.1", "verify-identity"));
    expect(problem.seen).toMatch(/HANDSHAKE_SSL_ERROR.*127\.0\.0\.1/);
    authority.sign("IP:127.0.0.1");
    await server.rootQuery("ALTER INSTANCE RELOAD TLS");
    expect(await tls("127.0.0.1", "verify-identity")).toBe(1);
    expect((await failureOf(tls("localhost", "verify-identity"))).problem.seen).toMatch(/localhost/);
  });
});

describe("a tunnel that is lost", () => {
  it("in the middle of a statement ends it with the way's name, and the next connection works", async () => {
    const open = await MysqlServer.connect(through(), "source");
    try {
      const sleeping = failureOf(ask(open, "SELECT SLEEP(60) AS value"));
      await expect
        .poll(() =>
          server.rootQuery("SELECT ID FROM performance_schema.processlist WHERE INFO LIKE 'SELECT SLEEP(60)%'"),
        )
        .toHaveLength(1);
      sshd.dropConnections();
      const { problem } = await sleeping;
      expect(problem).toMatchObject({
        failed: "keeping the tunnel open",
        where: addressOf(through()),
        seen: expect.stringMatching(/closed the connection|ECONNRESET/),
      });
    } finally {
      await open.close();
    }
    expect(await askOnce(through())).toBe(1);
  });

  it("between two statements is what the next one says", async () => {
    const open = await MysqlServer.connect(through(), "source");
    try {
      sshd.dropConnections();
      const dropped = async () => (await ask(open).catch((error: Error) => error)) as unknown;
      await expect.poll(dropped).toMatchObject({ problem: { failed: "keeping the tunnel open" } });
      expect((await failureOf(open.run(statement("DO 0")))).problem.seen).toContain("keeping the tunnel open");
    } finally {
      await open.close();
    }
  });

  it("at the bastion is noticed too", async () => {
    const open = await MysqlServer.connect(through({ ...sshd.login, bastion: bastion.login }), "source");
    try {
      const sleeping = failureOf(ask(open, "SELECT SLEEP(60) AS value"));
      bastion.dropConnections();
      expect((await sleeping).problem.failed).toBe("keeping the tunnel open");
    } finally {
      await open.close();
    }
  });
});

describe("a tunnel that cannot be opened", () => {
  it("says that the key is wrong, and shows none", async () => {
    const error = await failureOf(askOnce(through({ ...sshd.login, privateKey: bastion.login.privateKey })));
    expect(error.problem).toMatchObject({
      failed: `connecting as ${server.options.user}`,
      where: `source ${addressOf(through())}`,
      seen: expect.stringContaining("refuses the private key"),
    });
    expect(error.message).not.toContain("PRIVATE KEY");
  });

  it("says that the host's key is another", async () => {
    const { knownHosts } = bastion.login;
    const error = await failureOf(
      askOnce(
        through({ ...sshd.login, knownHosts: knownHosts.replace(`:${bastion.login.port}`, `:${sshd.login.port}`) }),
      ),
    );
    expect(error.problem.seen).toContain("checking the host key");
  });

  it("ends in time where the SSH server is silent", async () => {
    const { pid } = readProcess(join(directory, "sshd")) ?? {};
    if (pid === undefined) throw new Error("no sshd");
    process.kill(pid, "SIGSTOP");
    try {
      const error = await failureOf(askOnce({ ...through(), connectTimeoutSeconds: 1 }));
      expect(error.problem.seen).toMatch(/no login within 1 s|the login took longer than 1 s/);
      expect(isNobodyListening(error.cause)).toBe(false);
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });

  it("says that nobody listens behind it, as a refused connection says it", async () => {
    const error = await failureOf(askOnce({ ...through(), port: await findFreePort() }));
    expect(error.problem.next).toContain("as that host sees them");
    expect(isNobodyListening(error.cause)).toBe(true);
  });

  it("by an sshd that is away is no server that is away", async () => {
    const error = await failureOf(askOnce(through({ ...sshd.login, port: await findFreePort() })));
    expect(error.problem.seen).toContain("ECONNREFUSED");
    expect(isNobodyListening(error.cause)).toBe(false);
  });

  it("leaves no login open", async () => {
    const logins = () => execFileSync("ss", ["-Htn", `dport = :${sshd.login.port}`], { encoding: "utf8" });
    await failureOf(askOnce({ ...through(), password: "wrong" }));
    await failureOf(askOnce({ ...through(), port: await findFreePort() }));
    await expect
      .poll(() =>
        logins()
          .split("\n")
          .filter((line) => line.startsWith("ESTAB")),
      )
      .toEqual([]);
  });
});
