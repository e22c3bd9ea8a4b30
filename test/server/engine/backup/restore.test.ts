import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type BackupRequest,
  backupKeys,
  type Manifest,
  type RestoreRequest,
  restoreBackup,
  takeBackup,
} from "../../../../engine/backup/index.js";
import { LocalHost } from "../../../../engine/hosts/index.js";
import { messageOf, silent } from "../../../../engine/operation/index.js";
import { BackupLab } from "../../helpers/backup-lab.js";

const host = new LocalHost();
let lab: BackupLab;
let backup: BackupRequest;
let manifest: Manifest;
let volumes = 0;

beforeAll(async () => {
  lab = await BackupLab.start("restore");
  backup = lab.backup();
  manifest = await takeBackup(host, backup, silent);
});

afterAll(async () => {
  await lab.stop();
});

function restoreOf(request: BackupRequest, changes: Partial<RestoreRequest> = {}): RestoreRequest {
  volumes += 1;
  return lab.restore(request, { volumeDirectory: join(lab.directory, `volume-${volumes}`), ...changes });
}

async function failureOf(request: RestoreRequest): Promise<string> {
  return restoreBackup(host, request, silent).then(() => "no failure", messageOf);
}

/** A restore that fails leaves an empty volume. */
async function failure(request: RestoreRequest): Promise<string> {
  const message = await failureOf(request);
  expect(message).not.toContain(lab.s3.secretAccessKey);
  expect((await readdir(request.volumeDirectory)).filter((name) => name !== "lost+found")).toEqual([".restore"]);
  expect(await readdir(join(request.volumeDirectory, ".restore"))).toEqual([]);
  return message;
}

/** A copy of the backup under another id, with other bytes or another manifest. */
async function forged(
  id: string,
  object: (bytes: Buffer) => Buffer,
  changes: Partial<Manifest> = {},
): Promise<BackupRequest> {
  const request = { ...backup, backupId: id };
  const keys = backupKeys(request.keyPrefix, request.database, id);
  await lab.write(keys.object, object(await lab.read(manifest.objectKey)));
  const text = JSON.stringify({ ...manifest, backupId: id, objectKey: keys.object, ...changes }, null, 2);
  await lab.write(keys.manifest, text);
  return request;
}

const unchanged = (bytes: Buffer) => bytes;

describe("a restore refuses", () => {
  it("a backup without a manifest", async () => {
    expect(await failure(restoreOf({ ...backup, backupId: "none" }))).toContain(
      "stage check: there is no manifest at s3://",
    );
  });

  it("an object that was cut off", async () => {
    const message = await failure(restoreOf(await forged("cut", (bytes) => bytes.subarray(0, -1000))));
    expect(message).toContain(`has ${manifest.bytes - 1000} bytes, and its manifest says ${manifest.bytes}`);
  });

  it("an object with one flipped bit", async () => {
    const flip = (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      const middle = Math.floor(copy.length / 2);
      copy.writeUInt8(copy.readUInt8(middle) ^ 1, middle);
      return copy;
    };
    expect(await failure(restoreOf(await forged("flipped", flip)))).toMatch(
      /stage download: the object('s sha256 is| is damaged)/,
    );
  });

  it("a sound archive that is not the one of the manifest", async () => {
    const sha256 = "0".repeat(64);
    const message = await failure(restoreOf(await forged("other", unchanged, { sha256 })));
    expect(message).toContain(
      `stage download: the object's sha256 is ${manifest.sha256}, and its manifest says ${sha256}`,
    );
  });

  it("a manifest of another format version, or of another backup", async () => {
    const version = { formatVersion: 2 } as unknown as Partial<Manifest>;
    expect(await failure(restoreOf(await forged("v2", unchanged, version)))).toContain('has the format version "2"');
    expect(await failure(restoreOf(await forged("wrong", unchanged, { backupId: "right" })))).toContain(
      "the manifest is of backup right, not wrong",
    );
  });

  it("to touch data that it did not restore", async () => {
    const request = restoreOf(backup);
    await mkdir(join(request.volumeDirectory, "data"), { recursive: true });
    await writeFile(join(request.volumeDirectory, "data", "precious"), "");
    expect(await failureOf(request)).toContain("exists and was not restored by this script");
    expect(await readdir(join(request.volumeDirectory, "data"))).toEqual(["precious"]);
  });

  it("to replace one backup by another", async () => {
    const request = restoreOf(backup);
    await restoreBackup(host, request, silent);
    const other = restoreOf(await forged("second", unchanged), { volumeDirectory: request.volumeDirectory });
    expect(await failureOf(other)).toContain(`holds the backup ${backup.backupId}, not second`);
    expect(await restoreBackup(host, request, silent)).toMatchObject({ restored: false });
  });

  it("to call a backup restored whose data somebody moved away", async () => {
    const request = restoreOf(backup);
    await restoreBackup(host, request, silent);
    await rm(join(request.volumeDirectory, "data"), { recursive: true });
    expect(await failureOf(request)).toMatch(/says that the backup was restored, and .*data is gone/);
  });
});

describe("a restore onto a small volume", () => {
  it("is refused before the download when the space does not suffice", async () => {
    await withSmallVolume(async (volumeDirectory) => {
      const message = await failure(restoreOf(backup, { volumeDirectory }));
      expect(message).toMatch(/stage check: \d+ MiB free in .*, and the restore needs \d+ MiB/);
    });
  });

  it("that fills up on the way fails with that reason and leaves nothing", async () => {
    const request = await forged("full", unchanged, { restoreSpaceBytes: 1 });
    await withSmallVolume(async (volumeDirectory) => {
      const message = await failure(restoreOf(request, { volumeDirectory }));
      expect(message).toMatch(/stage download: the volume .* is full: [\s\S]*No space left on device/);
    });
  });
});

describe("a restore whose script is killed", () => {
  it("is an error, and the next call starts it anew", async () => {
    const aws = await lab.awsThat("aws-stalls", '"$AWS" "$@" | head -c 9000000; exec sleep 600');
    const request = restoreOf(backup, { tools: { aws } });
    const running = failureOf(request);
    const job = join(request.workDirectory, `restore-${backup.backupId}`);
    process.kill(await pidInDownload(job), "SIGKILL");
    const message = await running;
    expect(message).toContain("its process ended in stage download without a result");
    expect(await readdir(join(request.volumeDirectory, ".restore"))).toEqual([]);
    expect(existsSync(join(job, "job.env"))).toBe(false);
    const again = lab.restore(backup, { volumeDirectory: request.volumeDirectory });
    expect(await restoreBackup(host, again, silent)).toMatchObject({ restored: true });
  });

  it("between moving the data in place and saying so, finishes at the next run", async () => {
    const request = restoreOf(backup);
    await restoreBackup(host, request, silent);
    const restore = join(request.volumeDirectory, ".restore", backup.backupId);
    await rename(`${restore}.done`, `${restore}.publishing`);
    expect(await restoreBackup(host, request, silent)).toMatchObject({ restored: false, manifest });
    expect(await readdir(join(request.volumeDirectory, ".restore"))).toEqual([`${backup.backupId}.done`]);
  });
});

describe("restore.sh without a job directory", () => {
  it("takes its parameters from the environment, as in a container", async () => {
    const request = restoreOf(backup);
    const environment = {
      PATH: process.env.PATH,
      BUCKET: lab.s3.bucket,
      MANIFEST_KEY: request.manifestKey,
      AWS_REGION: lab.s3.region,
      S3_ENDPOINT: lab.s3.endpoint,
      AWS_ACCESS_KEY_ID: lab.s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: lab.s3.secretAccessKey,
      AWS_TOOL: request.tools?.aws,
      VOLUME_DIRECTORY: request.volumeDirectory,
    };
    for (const stage of ["published", "present"]) {
      const run = spawnSync(resolve("scripts/restore.sh"), [], { env: environment, encoding: "utf8" });
      expect(run.status, run.stderr).toBe(0);
      const status: unknown = JSON.parse(
        (await host.readFile(`${request.volumeDirectory}/.restore/job/status.json`)) ?? "",
      );
      expect(status).toMatchObject({ state: "completed", stage });
    }
    expect(existsSync(join(request.volumeDirectory, "data", "mysql.ibd"))).toBe(true);
  });

  it("says which parameter is missing", () => {
    const volume = { VOLUME_DIRECTORY: join(lab.directory, "unused") };
    for (const [given, missing] of [
      [{}, "VOLUME_DIRECTORY"],
      [volume, "BUCKET"],
    ] as const) {
      const environment = { PATH: process.env.PATH, ...given };
      const run = spawnSync(resolve("scripts/restore.sh"), [], { env: environment, encoding: "utf8" });
      expect(run.status).not.toBe(0);
      expect(run.stderr).toContain(`the parameter ${missing} is not set`);
    }
  });
});

async function pidInDownload(job: string): Promise<number> {
  for (;;) {
    const text = await host.readFile(join(job, "status.json"));
    const status = text === undefined ? undefined : JSON.parse(text);
    if (status?.stage === "download" && status.compressedBytes > 0) return status.pid;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function withSmallVolume(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = join(lab.directory, "small-volume");
  await mkdir(directory, { recursive: true });
  await mustRun("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", directory);
  try {
    await work(directory);
  } finally {
    await mustRun("umount", directory);
  }
}

async function mustRun(...argv: [string, ...string[]]): Promise<void> {
  const { exitCode, stderr } = await host.run({ argv, timeoutSeconds: 30 });
  expect(exitCode, stderr).toBe(0);
}
