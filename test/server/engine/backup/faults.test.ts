import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackupRequest } from "../../../../engine/backup/index.js";
import { backupKeys, observeBackup, removeBackup, takeBackup } from "../../../../engine/backup/index.js";
import { LocalHost } from "../../../../engine/hosts/index.js";
import { messageOf, silent } from "../../../../engine/operation/index.js";
import { BackupLab } from "../../helpers/backup-lab.js";
import { startRefusingS3 } from "../../helpers/refusing-s3.js";

const host = new LocalHost();
let lab: BackupLab;
let gtids: unknown;

beforeAll(async () => {
  lab = await BackupLab.start("faults");
  gtids = await lab.source.rootQuery("SELECT @@GLOBAL.gtid_executed");
});

afterAll(async () => {
  await lab.stop();
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => "no failure", messageOf);
}

/** Lets a backup fail and gives its message, after seeing that nothing is left and the source is as it was. */
async function failure(request: BackupRequest): Promise<string> {
  const message = await failureOf(takeBackup(host, request, silent));
  expect(message).not.toContain(lab.s3.secretAccessKey);
  expect(message).not.toContain(request.source.password);
  expect(await lab.traces(request)).toEqual([]);
  expect(await lab.source.rootQuery("SELECT @@GLOBAL.gtid_executed")).toEqual(gtids);
  return message;
}

describe("a backup of which a part fails leaves nothing", () => {
  it.each([
    [
      "exits with an error after it has written",
      "echo broken >&2; exit 2",
      "tar ended with exit code 2 in the pipe: broken",
    ],
    ["is killed after it has written", "kill -KILL $$", "tar was killed by SIGKILL in the pipe"],
  ])("tar %s", async (_, end, expected) => {
    const tar = await lab.tool("tar", `tar "$@" | head -c 20000000\n${end}`);
    const message = await failure(lab.backup({ tools: { tar } }));
    expect(message).toContain(`stage stream: ${expected}`);
  });

  it("the uploader never sees the end of a stream whose producer failed", async () => {
    const ended = join(lab.directory, "uploader-saw-the-end");
    const aws = await lab.awsThat("aws-tells", `cat >/dev/null; touch ${ended}; exit 0`);
    const tar = await lab.tool("tar", 'tar "$@" | head -c 20000000\nexit 2');
    await failure(lab.backup({ tools: { aws, tar } }));
    expect(existsSync(ended)).toBe(false);
  });

  it("tar fails before its first byte", async () => {
    const tar = await lab.tool("tar", "echo no archive today >&2; exit 1");
    expect(await failure(lab.backup({ tools: { tar } }))).toContain(
      "tar ended with exit code 1 in the pipe: no archive",
    );
  });

  it("zstd fails", async () => {
    const script = `if [[ $1 == --version ]]; then exec zstd "$@"; fi\nzstd "$@" | head -c 9000000; exit 70`;
    const zstd = await lab.tool("zstd", script);
    expect(await failure(lab.backup({ tools: { zstd } }))).toContain("zstd ended with exit code 70 in the pipe");
  });

  it("the uploader dies", async () => {
    const aws = await lab.awsThat("aws-dies", "head -c 5000000 >/dev/null; echo connection lost >&2; exit 7");
    const message = await failure(lab.backup({ tools: { aws } }));
    expect(message).toContain("the upload (aws s3 cp) ended with exit code 7 in the pipe: connection lost");
  });

  it("the uploader stores only the beginning and calls it success", async () => {
    const aws = await lab.awsThat("aws-truncates", 'head -c 1000000 | "$AWS" "$@"; cat >/dev/null; exit 0');
    expect(await failure(lab.backup({ tools: { aws } }))).toMatch(/stage verify: the object in S3 has 1000000 bytes/);
  });

  it("S3 refuses in the middle of the upload", async () => {
    const refusing = await startRefusingS3(
      lab.s3.endpoint,
      (method, url) => method === "PUT" && url.includes("partNumber=2"),
    );
    try {
      const message = await failure(lab.backup({ storage: { ...lab.s3, endpoint: refusing.endpoint } }));
      expect(message).toContain("the upload (aws s3 cp) ended with exit code 1 in the pipe");
      expect(message).toContain("AccessDenied");
    } finally {
      await refusing.stop();
    }
  });

  it("S3 refuses the manifest", async () => {
    const refuses = (method: string, url: string) => method === "PUT" && url.includes("manifest.json");
    const refusing = await startRefusingS3(lab.s3.endpoint, refuses);
    try {
      const message = await failure(lab.backup({ storage: { ...lab.s3, endpoint: refusing.endpoint } }));
      expect(message).toContain("stage publish: the manifest cannot be uploaded");
    } finally {
      await refusing.stop();
    }
  });

  it("S3 refuses uploads: seen before the source has any work", async () => {
    const refusing = await startRefusingS3(lab.s3.endpoint, (method) => method === "POST");
    try {
      const message = await failure(lab.backup({ storage: { ...lab.s3, endpoint: refusing.endpoint } }));
      expect(message).toContain("stage check: S3 refuses uploads to s3://");
    } finally {
      await refusing.stop();
    }
  });

  it("nobody listens at the endpoint", async () => {
    const message = await failure(lab.backup({ storage: { ...lab.s3, endpoint: "http://127.0.0.1:9" } }));
    expect(message).toContain("ECONNREFUSED");
  });

  it("the password is wrong", async () => {
    const message = await failure(lab.backup({ source: { ...lab.source.options, password: "wrong-password" } }));
    expect(message).toMatch(/reading the source's settings failed on .*\n {2}seen:.*Access denied for user/);
  });

  it("tools are missing, all of which are named with their packages", async () => {
    const message = await failure(lab.backup({ tools: { zstd: "/nowhere/zstd", aws: "/nowhere/aws" } }));
    expect(message).toContain("the program /nowhere/zstd is not there; the program /nowhere/aws is not there");
    expect(message).toContain("install zstd aws");
  });

  it("the data do not fit into the work directory", async () => {
    const message = await failure(lab.backup({ expectedBytes: 2 ** 50 }));
    expect(message).toMatch(/stage clone: \d+ MiB free in .*, and a clone needs/);
  });

  it("nothing moves for too long", async () => {
    const aws = await lab.awsThat("aws-hangs", "exec sleep 600");
    const message = await failure(lab.backup({ tools: { aws }, stallTimeoutSeconds: 3 }));
    expect(message).toContain("not one byte in stage stream for 3 s, so it was stopped");
  });
});

describe("a backup whose script is ended", () => {
  it("by kill -9 leaves nothing after the next look, and the next call takes it anew", async () => {
    const request = lab.backup({ tools: { aws: await lab.awsThat("aws-hangs", "exec sleep 600") } });
    const running = failure(request);
    process.kill(await lab.pidInStage(request, "stream"), "SIGKILL");
    const message = await running;
    expect(message).toContain("its process ended in stage stream without a result");
    expect(message).toContain("End of its log: ");
    const manifest = await takeBackup(host, { ...request, tools: lab.backup().tools ?? {} }, silent);
    expect(manifest.backupId).toBe(request.backupId);
    await removeBackup(host, request, silent);
  });

  it("by kill -9 while nobody follows is cleaned up and taken anew by the next call", async () => {
    const request = lab.backup({ tools: { aws: await lab.awsThat("aws-hangs", "exec sleep 600") } });
    const followed = failureOf(takeBackup(new BlindHost(), request, silent));
    process.kill(await lab.pidInStage(request, "stream"), "SIGKILL");
    expect(await followed).toBe("looked away");
    expect((await lab.traces(request)).some((trace) => trace.startsWith("process"))).toBe(true);
    await takeBackup(host, { ...request, tools: lab.backup().tools ?? {} }, silent);
    expect((await lab.traces(request)).filter((trace) => !trace.startsWith("backups/"))).toEqual([]);
  });

  it("by removal is stopped first", async () => {
    const request = lab.backup({ tools: { aws: await lab.awsThat("aws-hangs", "exec sleep 600") } });
    const running = failureOf(takeBackup(host, request, silent));
    await lab.pidInStage(request, "stream");
    await removeBackup(host, request, silent);
    expect(await running).toMatch(/the job was told to stop|without a result/);
    expect(await lab.traces(request)).toEqual([]);
  });
});

/** A host whose follower is gone as soon as the job streams. */
class BlindHost extends LocalHost {
  override async isRunning(identity: Parameters<LocalHost["isRunning"]>[0]): Promise<boolean> {
    const running = await super.isRunning(identity);
    if (!running) throw new Error("looked away");
    return running;
  }
}

describe("a damaged backup", () => {
  it("is seen and taken anew", async () => {
    const request = lab.backup();
    const keys = backupKeys("backups", "shop", request.backupId);
    const { bytes } = await takeBackup(host, request, silent);
    await lab.write(keys.object, (await lab.read(keys.object)).subarray(0, bytes - 1));
    const damaged = `the object ${keys.object} has ${bytes - 1} bytes, and its manifest says ${bytes}`;
    expect(await observeBackup(lab.s3, keys)).toEqual({ damaged });
    await takeBackup(host, request, silent);
    expect(await observeBackup(lab.s3, keys)).toBe("intact");
  });
});

describe("a slow clone", () => {
  let slow: BackupLab;

  beforeAll(async () => {
    slow = await BackupLab.start("slow", {
      loose_clone_autotune_concurrency: "OFF",
      loose_clone_max_data_bandwidth: 4,
    });
  });

  afterAll(async () => {
    await slow.stop();
  });

  /** The server is at work on the CLONE statement; asked often, because no bandwidth limit holds it for long. */
  async function cloneRuns(): Promise<void> {
    const sql = "SELECT 1 FROM performance_schema.threads WHERE PROCESSLIST_INFO LIKE 'CLONE %'";
    while ((await slow.source.rootQuery(sql)).length === 0) await sleep(10);
  }

  it("of a source that restarts is an error, and the source has neither clone nor plugin afterwards", async () => {
    const request = slow.backup();
    const running = failureOf(takeBackup(host, request, silent));
    await slow.pidInStage(request, "clone");
    await cloneRuns();
    await slow.source.kill();
    await slow.source.restart();
    expect(await running).toMatch(/stage clone: CLONE ended with exit code 1: .*Lost connection/);
    expect(await slow.traces(request)).toEqual([]);
  });

  it("is ended on the server when the script is killed", async () => {
    const request = slow.backup();
    const running = failureOf(takeBackup(host, request, silent));
    const pid = await slow.pidInStage(request, "clone");
    await cloneRuns();
    process.kill(pid, "SIGKILL");
    expect(await running).toContain("its process ended in stage clone without a result");
    expect(await slow.traces(request)).toEqual([]);
    const statements = await slow.source.rootQuery(
      "SELECT PROCESSLIST_INFO FROM performance_schema.threads WHERE PROCESSLIST_INFO LIKE 'CLONE %'",
    );
    expect(statements).toEqual([]);
  });

  it("is ended on the server when the script is told to stop", async () => {
    const request = slow.backup();
    const running = failureOf(takeBackup(host, request, silent));
    const pid = await slow.pidInStage(request, "clone");
    await cloneRuns();
    process.kill(pid, "SIGTERM");
    expect(await running).toContain("stage clone: the job was told to stop");
    expect(await slow.traces(request)).toEqual([]);
    expect(await observeBackup(slow.s3, backupKeys("backups", "shop", request.backupId))).toBe("missing");
  });
});
