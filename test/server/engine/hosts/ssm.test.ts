import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConnectionLostError, type Host, openHost } from "../../../../engine/hosts/index.js";
import { makeTestDirectory, removeTestDirectory } from "../../../../lab/test-directories.js";
import { FakeSsm } from "../../helpers/fake-ssm.js";

let root: string;
let directory: string;
let fake: FakeSsm;
let host: Host;
let count = 0;

beforeAll(async () => {
  root = await makeTestDirectory("ssm");
  fake = await FakeSsm.start();
  host = openHost({ kind: "ssm", ...fake.options });
});

beforeEach(async () => {
  count += 1;
  directory = join(root, `work-${count}`);
  await mkdir(directory);
  fake.errors.splice(0);
});

afterAll(async () => {
  await host.close();
  await fake.stop();
  await removeTestDirectory(root);
});

const echo = { argv: ["echo", "hello"], timeoutSeconds: 10 } as const;

describe("a host by a fake SSM that runs commands here", () => {
  it("gives exit code and output, and takes input", async () => {
    const argv = ["bash", "-c", "cat; echo bad >&2; exit 3"] as const;
    expect(await host.run({ argv, timeoutSeconds: 10, stdin: "in" })).toEqual({
      exitCode: 3,
      stdout: "in",
      stderr: "bad\n",
    });
  });

  it("reads output that is longer than AWS passes on, in pieces", async () => {
    const argv = ["openssl", "rand", "-base64", "60000"] as const;
    const { stdout } = await host.run({ argv, timeoutSeconds: 30 });
    expect(Buffer.from(stdout, "base64")).toHaveLength(60_000);
  });

  it("keeps what is written from everything that AWS keeps", async () => {
    const secret = "correct horse battery staple\n";
    const path = join(directory, "a/file");
    await host.writeFile(path, secret, 0o640);
    expect(await readFile(path, "utf8")).toBe(secret);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(join(directory, "a"))).toEqual(["file"]);
    const kept = fake.history.join("\n");
    expect(kept).not.toContain("battery");
    expect(kept).not.toContain("PRIVATE KEY");
    for (const word of kept.match(/[A-Za-z0-9+/=]{20,}/g) ?? []) {
      expect(opened(Buffer.from(word, "base64"))).not.toContain("battery");
    }
  });

  it("says what is missing, and that a text is too long", async () => {
    expect(await host.readFile(join(directory, "none"))).toBeUndefined();
    await expect(host.run({ argv: ["no-such-program"], timeoutSeconds: 10 })).rejects.toThrow(
      "starting no-such-program",
    );
    const { stdout } = await host.run({ argv: ["openssl", "rand", "-base64", "60000"], timeoutSeconds: 30 });
    await expect(host.writeFile(join(directory, "x"), stdout, 0o600)).rejects.toThrow(
      "the limit of AWS Systems Manager",
    );
  });

  it("starts jobs that go on, sees and stops them", async () => {
    const job = await host.startDetached({
      argv: ["bash", "-c", 'echo "$MARK"; sleep 300'],
      workingDirectory: directory,
      environment: { MARK: "here" },
      logPath: join(directory, "log"),
    });
    await expect.poll(() => host.readFile(join(directory, "log")), { timeout: 10_000 }).toBe("here\n");
    expect(await host.isRunning(job)).toBe(true);
    await host.stop(job, 5);
    expect(await host.isRunning(job)).toBe(false);
  });

  it("waits while it is throttled, and while a command is not known yet", async () => {
    fake.errors.push(
      { operation: "SendCommand", name: "ThrottlingException", status: 400 },
      { operation: "GetCommandInvocation", name: "InvocationDoesNotExist", status: 400 },
    );
    expect((await host.run(echo)).stdout).toBe("hello\n");
  });

  it("runs a command once although it is sent again because the answer was lost", async () => {
    fake.lostAnswers = 1;
    const argv = ["bash", "-c", `sleep 0.3; echo x >>${directory}/runs; echo done`] as const;
    expect((await host.run({ argv, timeoutSeconds: 20 })).stdout).toBe("done\n");
    expect(await readFile(join(directory, "runs"), "utf8")).toBe("x\n");
    expect(fake.history.filter((kept) => kept.includes(`${directory}/runs`))).toHaveLength(2);
  });

  it("kills what takes too long", async () => {
    const script = `sleep 300 & echo $! >${directory}/child; wait`;
    await expect(host.run({ argv: ["bash", "-c", script], timeoutSeconds: 0.5 })).rejects.toThrow("no end after 0.5 s");
    const child = (await readFile(join(directory, "child"), "utf8")).trim();
    const stat = await host.readFile(`/proc/${child}/stat`);
    expect(stat === undefined || stat.includes(") Z ")).toBe(true);
  });

  it("leaves nothing on the host when it is closed", async () => {
    const own = openHost({ kind: "ssm", ...fake.options });
    await own.writeFile(join(directory, "file"), "text", 0o600);
    const session = /\/var\/tmp\/gtid-ferry-[0-9a-f-]+/.exec(fake.history.at(-3) ?? "")?.[0] ?? "";
    expect(existsSync(join(session, "key"))).toBe(true);
    await own.close();
    expect(existsSync(session)).toBe(false);
  });
});

describe("a fake SSM that refuses", () => {
  it("an instance says what an instance needs", async () => {
    const other = openHost({ kind: "ssm", ...fake.options, instanceId: "i-none" });
    await expect(other.run(echo)).rejects.toThrow(
      /running a command failed on ssm i-none.*AmazonSSMManagedInstanceCore/s,
    );
  });

  it("the credentials says which rights are needed, and is no lost connection", async () => {
    fake.errors.push({ operation: "SendCommand", name: "AccessDeniedException", status: 400 });
    const error = await host.run(echo).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/AccessDeniedException.*ssm:SendCommand/s);
    expect(error).not.toBeInstanceOf(ConnectionLostError);
  });

  it("to deliver is a lost connection", async () => {
    fake.undelivered = { Status: "TimedOut", StatusDetails: "DeliveryTimedOut" };
    const error = await host.run(echo).catch((thrown: unknown) => thrown);
    fake.undelivered = undefined;
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(String(error)).toContain("the agent does not answer");
  });
});

function opened(data: Buffer): string {
  try {
    return `${data.toString("latin1")}${gunzipSync(data).toString("latin1")}`;
  } catch {
    // No archive.
    return data.toString("latin1");
  }
}
