import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { BackupRequest, RestoreRequest } from "../../../engine/backup/index.js";
import { backupKeys } from "../../../engine/backup/index.js";
import {
  makeTestDirectory,
  removeTestDirectory,
  startTestMysql,
  startTestS3,
  type TestMysql,
  type TestS3,
  testInstallation,
  testPythonTools,
} from "../../../lab/testing.js";

/** A source with some data, an S3 server, and a place on this machine for backups of the one into the other. */
export class BackupLab {
  private ids = 0;

  private constructor(
    readonly source: TestMysql,
    readonly s3: TestS3,
    readonly directory: string,
    private readonly mysqlTool: string,
    private readonly awsTool: string,
  ) {}

  static async start(
    name: string,
    settings: Record<string, string | number> = {},
    prefix: readonly string[] = [],
  ): Promise<BackupLab> {
    const gtids = { gtid_mode: "ON", enforce_gtid_consistency: "ON" };
    const [source, s3] = await Promise.all([
      startTestMysql({ name: `${name}-source`, settings: { ...gtids, ...settings }, prefix }),
      startTestS3(),
    ]);
    await fill(source);
    const { mysql } = await testInstallation();
    const { aws } = await testPythonTools();
    return new BackupLab(source, s3, await makeTestDirectory(name), mysql, aws);
  }

  async stop(): Promise<void> {
    await Promise.all([this.source.stop(), this.s3.stop()]);
    await removeTestDirectory(this.directory);
  }

  get workDirectory(): string {
    return join(this.directory, "work");
  }

  backup(changes: Partial<BackupRequest> = {}): BackupRequest {
    this.ids += 1;
    return {
      database: "shop",
      backupId: `b${this.ids}`,
      method: "clone",
      source: this.source.options,
      storage: this.s3,
      keyPrefix: "backups",
      threads: 2,
      workDirectory: this.workDirectory,
      timeoutSeconds: 100,
      stallTimeoutSeconds: 60,
      ...changes,
      tools: { mysql: this.mysqlTool, aws: this.awsTool, ...changes.tools },
    };
  }

  restore(backup: BackupRequest, changes: Partial<RestoreRequest> = {}): RestoreRequest {
    return {
      manifestKey: backupKeys(backup.keyPrefix, backup.database, backup.backupId).manifest,
      storage: this.s3,
      volumeDirectory: join(this.directory, `volume-${backup.backupId}`),
      workDirectory: this.workDirectory,
      threads: 2,
      timeoutSeconds: 100,
      stallTimeoutSeconds: 60,
      ...changes,
      tools: { aws: this.awsTool, ...changes.tools },
    };
  }

  /** A program for `tools`, written for one test; `$AWS` is the real AWS CLI. */
  async tool(name: string, script: string): Promise<string> {
    const path = join(this.directory, "tools", name);
    await mkdir(join(this.directory, "tools"), { recursive: true });
    await writeFile(path, `#!/usr/bin/env bash\nAWS=${this.awsTool}\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  /** An AWS CLI that does something else when it is to stream; every other call is the real one's. */
  async awsThat(name: string, streaming: string): Promise<string> {
    return this.tool(name, `if [[ $1 == s3 && ( $3 == - || $4 == - ) ]]; then\n${streaming}\nfi\nexec "$AWS" "$@"`);
  }

  async objects(): Promise<string[]> {
    return this.withClient(async (client) => {
      const page = await client.send(new ListObjectsV2Command({ Bucket: this.s3.bucket }));
      return (page.Contents ?? []).map(({ Key }) => Key ?? "");
    });
  }

  async read(key: string): Promise<Buffer> {
    return this.withClient(async (client) => {
      const object = await client.send(new GetObjectCommand({ Bucket: this.s3.bucket, Key: key }));
      return Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    });
  }

  async write(key: string, content: Buffer | string): Promise<void> {
    await this.withClient((client) =>
      client.send(new PutObjectCommand({ Bucket: this.s3.bucket, Key: key, Body: content })),
    );
  }

  /** Everything that a failed backup may have left; empty when it undid its work. */
  async traces(request: BackupRequest): Promise<string[]> {
    const keys = backupKeys(request.keyPrefix, request.database, request.backupId);
    const job = join(this.workDirectory, `backup-${request.backupId}`);
    const objects = (await this.objects()).filter((key) => key === keys.object || key === keys.manifest);
    const uploads = await this.withClient((client) =>
      client.send(new ListMultipartUploadsCommand({ Bucket: this.s3.bucket })),
    );
    const plugins = await this.source.rootQuery(
      "SELECT PLUGIN_NAME AS name FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'clone'",
    );
    const secrets = ["job.env", "client.cnf", "ca.pem"].map((name) => join(job, name));
    const clone = join(this.workDirectory, `clone-${request.backupId}`);
    return [
      ...objects,
      ...(uploads.Uploads ?? []).map(({ Key }) => `upload ${Key}`),
      ...plugins.map(() => "clone plugin"),
      ...[...secrets, clone].filter((path) => existsSync(path)),
      ...(await processesOf(job)),
    ];
  }

  async status(request: BackupRequest): Promise<{ readonly stage: string; readonly pid: number } | undefined> {
    const path = join(this.workDirectory, `backup-${request.backupId}`, "status.json");
    return existsSync(path) ? JSON.parse(await readFile(path, "utf8")) : undefined;
  }

  /** The job's process, once it is in this stage. */
  async pidInStage(request: BackupRequest, stage: string): Promise<number> {
    for (;;) {
      const status = await this.status(request);
      if (status?.stage === stage) return status.pid;
      await sleep(20);
    }
  }

  private async withClient<T>(work: (client: S3Client) => Promise<T>): Promise<T> {
    const { endpoint, region, accessKeyId, secretAccessKey } = this.s3;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }
}

/** Processes that carry a job's mark. Those that end while this looks are none. */
async function processesOf(job: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").includes(`GTID_FERRY_JOB=${job}`)) found.push(`process ${pid}`);
  }
  return found;
}

async function fill(source: TestMysql): Promise<void> {
  const row = `CONCAT(${Array.from({ length: 8 }, () => "RANDOM_BYTES(1000)").join(", ")})`;
  await source.rootQuery(
    "CREATE DATABASE shop",
    "CREATE TABLE shop.blobs (id INT AUTO_INCREMENT PRIMARY KEY, data MEDIUMBLOB NOT NULL)",
    `INSERT INTO shop.blobs (data) VALUES (${row})`,
    ...Array.from({ length: 11 }, () => `INSERT INTO shop.blobs (data) SELECT ${row} FROM shop.blobs`),
  );
}
