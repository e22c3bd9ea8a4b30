import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConnectionLostError, type Host, openHost, type SshOptions } from "../../../../engine/hosts/index.js";
import { LabSshd } from "../../../../lab/sshd/index.js";
import { makeTestDirectory, removeTestDirectory } from "../../../../lab/test-directories.js";
import { ensureOpenssh, type OpensshInstallation } from "../../../../toolchain/openssh.js";

let root: string;
let installation: OpensshInstallation;
let sshd: LabSshd;
let bastion: LabSshd;
let directory: string;
let host: Host;
let count = 0;

beforeAll(async () => {
  root = await makeTestDirectory("ssh");
  installation = await ensureOpenssh(() => undefined);
  [sshd, bastion] = await Promise.all([
    LabSshd.start(installation, { directory: join(root, "sshd") }),
    LabSshd.start(installation, { directory: join(root, "bastion") }),
  ]);
  host = openHost({ kind: "ssh", ...sshd.login });
});

beforeEach(async () => {
  count += 1;
  directory = join(root, `work-${count}`);
  await mkdir(directory);
});

afterAll(async () => {
  await host.close();
  await Promise.all([sshd.stop(), bastion.stop()]);
  await removeTestDirectory(root);
});

async function withHost<T>(options: SshOptions, work: (host: Host) => Promise<T>): Promise<T> {
  const opened = openHost({ kind: "ssh", ...options });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

const whoAmI = { argv: ["sh", "-c", 'echo "$SSH_CONNECTION"'], timeoutSeconds: 10 } as const;

describe("a command by SSH", () => {
  it("gives exit code and output, and takes input", async () => {
    const argv = ["bash", "-c", "cat; echo bad >&2; exit 3"] as const;
    expect(await host.run({ argv, timeoutSeconds: 10, stdin: "in" })).toEqual({
      exitCode: 3,
      stdout: "in",
      stderr: "bad\n",
    });
  });

  it.each(["$(id) 'x' \"y\"", "a\nb", "-n", "*", "", "`id` \\ !"])("passes %j to no shell", async (word) => {
    expect((await host.run({ argv: ["printf", "%s", word], timeoutSeconds: 10 })).stdout).toBe(word);
  });

  it("that takes too long is killed with its children", async () => {
    const script = `sleep 300 & echo $! > ${directory}/child; wait`;
    await expect(host.run({ argv: ["bash", "-c", script], timeoutSeconds: 0.5 })).rejects.toThrow("no end after 0.5 s");
    const child = (await readFile(join(directory, "child"), "utf8")).trim();
    const stat = await host.readFile(`/proc/${child}/stat`);
    expect(stat === undefined || stat.includes(") Z ")).toBe(true);
  });

  it("that is not there is named", async () => {
    await expect(host.run({ argv: ["no-such-program"], timeoutSeconds: 10 })).rejects.toThrow(
      "starting no-such-program failed on ssh ",
    );
  });

  it("ended by a signal has the exit code that a shell gives it", async () => {
    const { exitCode } = await host.run({ argv: ["bash", "-c", "kill -TERM $$"], timeoutSeconds: 10 });
    expect(exitCode).toBe(143);
  });
});

describe("files by SSH", () => {
  it("are written with the given mode, in new folders of mode 0700, and nothing else is left", async () => {
    const path = join(directory, "a/it's b/file");
    await host.writeFile(path, "one", 0o600);
    await host.writeFile(path, "zwölf\n", 0o640);
    expect(await host.readFile(path)).toBe("zwölf\n");
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect((await stat(join(directory, "a"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(directory, "a/it's b"))).toEqual(["file"]);
  });

  it("that are large arrive whole", async () => {
    const text = "0123456789abcdef".repeat(200_000);
    await host.writeFile(join(directory, "large"), text, 0o600);
    expect(await host.readFile(join(directory, "large"))).toBe(text);
  });

  it("that are missing are undefined, any other failure is an error", async () => {
    expect(await host.readFile(join(directory, "none/file"))).toBeUndefined();
    await expect(host.readFile(directory)).rejects.toThrow("Is a directory");
    await expect(host.writeFile("/proc/none/file", "", 0o600)).rejects.toThrow("writing /proc/none/file failed");
  });

  it("are removed, and nothing there is success", async () => {
    await host.writeFile(join(directory, "x/y"), "", 0o600);
    await host.remove(join(directory, "x"));
    await host.remove(join(directory, "x"));
    expect(await readdir(directory)).toEqual([]);
  });
});

describe("a detached job by SSH", () => {
  const start = (script: string, environment: Record<string, string> = {}) =>
    host.startDetached({
      argv: ["bash", "-c", script],
      workingDirectory: directory,
      environment,
      logPath: join(directory, "log"),
    });

  it("has a session, environment and log of its own, and goes on without the connection", async () => {
    const job = await start('echo "$MARK $(cut -d " " -f 6 /proc/$$/stat)"; sleep 300', { MARK: "it's here" });
    await expect.poll(() => host.readFile(join(directory, "log"))).toBe(`it's here ${job.pid}\n`);
    sshd.dropConnections();
    expect(await host.isRunning(job)).toBe(true);
    expect(await host.isRunning({ ...job, startTicks: `${Number(job.startTicks) - 1}` })).toBe(false);
    await host.stop(job, 10);
    expect(await host.isRunning(job)).toBe(false);
    await host.stop(job, 10);
  });

  it("is killed when it does not end by itself", async () => {
    const job = await start("trap '' TERM; touch ready; while :; do sleep 0.05; done");
    await expect.poll(() => host.readFile(join(directory, "ready"))).toBe("");
    await host.stop(job, 0.2);
    expect(await host.isRunning(job)).toBe(false);
  });

  it("says what is missing", async () => {
    const job = { workingDirectory: directory, environment: {}, logPath: join(directory, "log") };
    await expect(host.startDetached({ ...job, argv: ["no-such-program"] })).rejects.toThrow("starting no-such-program");
    const elsewhere = { ...job, workingDirectory: join(directory, "none"), argv: ["true"] as const };
    await expect(host.startDetached(elsewhere)).rejects.toThrow("starting true failed");
  });
});

describe("a lost connection", () => {
  it("is opened again by the next operation", async () => {
    await host.run(whoAmI);
    await sshd.restart();
    expect((await host.run(whoAmI)).exitCode).toBe(0);
  });

  it("fails a command that it interrupts, which may not be run twice, and not one that only reads", async () => {
    const command = host.run({ argv: ["bash", "-c", `echo x >> ${directory}/runs; sleep 5`], timeoutSeconds: 30 });
    const failure = expect(command).rejects.toThrow(ConnectionLostError);
    await expect.poll(() => readFile(join(directory, "runs"), "utf8").catch(() => "")).toBe("x\n");
    sshd.dropConnections();
    await failure;
    expect(await readFile(join(directory, "runs"), "utf8")).toBe("x\n");
  });
});

describe("a bastion", () => {
  it("leads to a host, each with its own key", async () => {
    const through = { ...sshd.login, bastion: bastion.login };
    const [direct, hopped] = await Promise.all([host.run(whoAmI), withHost(through, (far) => far.run(whoAmI))]);
    expect(hopped.exitCode).toBe(0);
    expect(hopped.stdout).not.toBe(direct.stdout);
    await expect.poll(() => bastion.log()).toContain("Accepted publickey");
  });

  it("with a wrong host key is refused, by its name", async () => {
    const wrong = { ...bastion.login, knownHosts: sshd.login.knownHosts.replace(/:\d+ /, `:${bastion.login.port} `) };
    await expect(withHost({ ...sshd.login, bastion: wrong }, (far) => far.run(whoAmI))).rejects.toThrow(
      `checking the host key failed on ssh ${bastion.login.user}@127.0.0.1:${bastion.login.port}`,
    );
  });

  it("that cannot reach the host says so", async () => {
    const gone = { ...sshd.login, port: 1, bastion: bastion.login };
    await expect(withHost(gone, (far) => far.run(whoAmI))).rejects.toThrow(
      `connecting to 127.0.0.1:1 failed on the bastion ssh ${bastion.login.user}@127.0.0.1:${bastion.login.port}`,
    );
  });
});

describe("a login", () => {
  const attempt = (options: SshOptions) => withHost(options, (far) => far.run(whoAmI));

  it("is refused to a host whose key is not known, with the line to add", async () => {
    const { knownHosts, ...login } = sshd.login;
    await expect(attempt(login)).rejects.toThrow(/no key of this host is known.*knownHosts: \[127/s);
    await expect(attempt({ ...login, knownHosts: "" })).rejects.toThrow(knownHosts.trim());
  });

  it("is refused to a host that shows another key than before", async () => {
    const other = bastion.login.knownHosts.replace(/:\d+ /, `:${sshd.login.port} `);
    await expect(attempt({ ...sshd.login, knownHosts: other })).rejects.toThrow(
      /shows the ssh-ed25519 key SHA256:.*wanted: ssh-ed25519 key SHA256:/s,
    );
  });

  it("takes a fingerprint for the host key", async () => {
    const { knownHosts: _, ...login } = sshd.login;
    const { stdout } = await host.run({
      argv: [installation.sshKeygen, "-lf", join(root, "sshd/host_key.pub")],
      timeoutSeconds: 10,
    });
    const fingerprint = stdout.split(" ")[1] ?? "";
    expect((await attempt({ ...login, hostKeyFingerprint: fingerprint })).exitCode).toBe(0);
    await expect(attempt({ ...login, hostKeyFingerprint: "SHA256:other" })).rejects.toThrow(fingerprint);
  });

  it("with a key that the host does not know is refused, and no key is shown", async () => {
    const wrong = { ...sshd.login, privateKey: bastion.login.privateKey };
    const error = await attempt(wrong).catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(ConnectionLostError);
    expect(String(error)).toContain("refuses the private key");
    expect(String(error)).not.toContain("PRIVATE KEY");
  });

  it("with a key of which the passphrase is missing is refused", async () => {
    const path = join(directory, "key");
    const argv = [installation.sshKeygen, "-q", "-t", "ed25519", "-N", "secret", "-f", path] as const;
    await host.run({ argv, timeoutSeconds: 30 });
    const privateKey = await readFile(path, "utf8");
    await expect(attempt({ ...sshd.login, privateKey })).rejects.toThrow("the private key cannot be read");
    await expect(attempt({ ...sshd.login, privateKey, passphrase: "secret" })).rejects.toThrow(
      "refuses the private key",
    );
  });

  it("takes its key from an ssh-agent", async () => {
    const agentSocket = join(directory, "agent");
    const programs = dirname(installation.sshKeygen);
    const agent = spawn(join(programs, "ssh-agent"), ["-D", "-a", agentSocket], { stdio: "ignore" });
    try {
      await expect.poll(() => existsSync(agentSocket)).toBe(true);
      const { privateKey: _, ...login } = sshd.login;
      const byAgent = { ...login, agentSocket };
      await expect(attempt(byAgent)).rejects.toThrow("refuses every key of the agent");
      const env = { ...process.env, SSH_AUTH_SOCK: agentSocket };
      execFileSync(join(programs, "ssh-add"), ["-q", join(root, "sshd/user_key")], { env });
      expect((await attempt(byAgent)).exitCode).toBe(0);
    } finally {
      agent.kill();
    }
    await expect(attempt({ ...sshd.login, privateKey: "no key" })).rejects.toThrow("the private key cannot be read");
  });

  it("to a host that never answers ends in time", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    await expect(attempt({ ...sshd.login, port, connectTimeoutSeconds: 0.3 })).rejects.toThrow("no login within 0.3 s");
    silent.close();
  });

  it("to nobody says so", async () => {
    await expect(attempt({ ...sshd.login, port: 1 })).rejects.toThrow(/ECONNREFUSED.*check host and port/s);
    await expect(attempt({ ...sshd.login, host: "no-such-host.invalid" })).rejects.toThrow("ENOTFOUND");
  });
});
