import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { S3_BUCKET, S3_CREDENTIALS } from "./defaults.js";
import { isHttpServerRunning, startHttpServer, stopHttpServer } from "./http-server.js";

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

/** Starts an S3 server (moto) with one empty bucket, or finds it running in that directory. */
export async function startS3(motoServer: string, options: S3Options): Promise<S3Access> {
  const { directory, bucket = S3_BUCKET } = options;
  const accessTo = (endpoint: string): S3Access => ({ endpoint, bucket, ...S3_CREDENTIALS });
  const endpoint = await startHttpServer({
    title: "S3",
    directory,
    ...(options.port === undefined ? {} : { port: options.port }),
    argv: (host, port) => [motoServer, "--host", host, "--port", String(port)],
    logPath: join(directory, "s3.log"),
    healthPath: "/",
    startTimeoutSeconds: 60,
    prepare: (endpoint) => createBucket(accessTo(endpoint)),
  });
  return accessTo(endpoint);
}

/** Nothing running there is success. */
export function stopS3(directory: string): Promise<void> {
  return stopHttpServer(directory);
}

export function isS3Running(directory: string): boolean {
  return isHttpServerRunning(directory);
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
