import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { FerryError } from "@gtid-ferry/engine/operation";
import { LAB_HOST, S3_BUCKET, S3_CREDENTIALS } from "./defaults.js";
import { lastLines } from "./last-lines.js";
import {
  findFreePort,
  forgetProcess,
  isRunning,
  killProcess,
  readProcess,
  requireFreePort,
  startDetached,
  stopProcess,
  writeProcess,
} from "./process/index.js";

export interface S3Options {
  /** Holds the process record and the log; what is stored is in memory and gone when the process is. */
  readonly directory: string;
  /** @default a free port */
  readonly port?: number;
  /** @default S3_BUCKET */
  readonly bucket?: string;
}

/** How to reach a lab's S3; the credentials protect nothing but loopback. */
export interface S3Access {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

const START_TIMEOUT_SECONDS = 60;

/** Starts an S3 server (moto) with one empty bucket, or finds it running in that directory. */
export async function startS3(motoServer: string, options: S3Options): Promise<S3Access> {
  const { directory, bucket = S3_BUCKET } = options;
  const known = readProcess(directory);
  if (known !== undefined && isRunning(known)) {
    if (known.port === undefined) throw new Error(`${directory}/process.json names no port`);
    requirePort(directory, known.port, options.port);
    return accessTo(known.port, bucket);
  }
  const port = options.port ?? (await findFreePort());
  await mkdir(directory, { recursive: true });
  await requireFreePort(port, `S3 ${basename(directory)}`);
  const logPath = join(directory, "s3.log");
  const process = await startDetached({
    argv: [motoServer, "--host", LAB_HOST, "--port", String(port)],
    workingDirectory: directory,
    logPath,
  });
  writeProcess(directory, { ...process, port });
  const access = accessTo(port, bucket);
  try {
    await waitForAnswer(access, () => isRunning(process), logPath);
    await createBucket(access);
  } catch (error) {
    await killProcess(process);
    throw error;
  }
  return access;
}

function requirePort(directory: string, port: number, wanted = port): void {
  if (port === wanted) return;
  throw new FerryError({
    failed: "starting S3",
    where: directory,
    seen: `it runs already, on port ${port}`,
    wanted: `port ${wanted}`,
    next: "stop it first, or use the port that it has",
  });
}

/** Nothing running there is success. */
export async function stopS3(directory: string): Promise<void> {
  const process = readProcess(directory);
  if (process !== undefined) await stopProcess(process, 10);
  forgetProcess(directory);
}

export function isS3Running(directory: string): boolean {
  const process = readProcess(directory);
  return process !== undefined && isRunning(process);
}

function accessTo(port: number, bucket: string): S3Access {
  return { endpoint: `http://${LAB_HOST}:${port}`, bucket, ...S3_CREDENTIALS };
}

async function waitForAnswer({ endpoint }: S3Access, runs: () => boolean, logPath: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000;
  while (!(await answers(endpoint))) {
    const seen = runs() ? `no answer after ${START_TIMEOUT_SECONDS} s` : "it ended";
    if (!runs() || Date.now() >= deadline) {
      throw new FerryError({
        failed: "starting S3",
        where: endpoint,
        seen: `${seen}; the end of ${logPath}:\n${await lastLines(logPath, 10)}`,
        wanted: "an S3 server that answers",
        next: "mend what the log names, then start it again",
      });
    }
    await sleep(100);
  }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Nobody listens yet; the caller knows how long that may last.
    return false;
  }
}

async function createBucket(access: S3Access): Promise<void> {
  const { region, accessKeyId, secretAccessKey } = access;
  const client = new S3Client({
    endpoint: access.endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  try {
    await client.send(
      new CreateBucketCommand({
        Bucket: access.bucket,
        CreateBucketConfiguration: { LocationConstraint: S3_CREDENTIALS.region },
      }),
    );
  } finally {
    client.destroy();
  }
}
