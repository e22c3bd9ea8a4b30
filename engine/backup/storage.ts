import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { FerryError, messageOf } from "../operation/index.js";
import { loginCredentials, type StorageLogin } from "./storage-login.js";

/** A bucket in S3 or in a store that speaks its language. Without keys and login the default credential chain is used. */
export interface ObjectStorage {
  readonly bucket: string;
  readonly region: string;
  /** Address of an S3-compatible store, e.g. `http://127.0.0.1:9000`. */
  readonly endpoint?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly login?: StorageLogin;
}

const NOT_FOUND: readonly string[] = ["NotFound", "NoSuchKey", "NoSuchBucket", "NoSuchUpload"];

/** Metadata and small objects of one bucket; bulk data never passes through this process. */
export class BackupStorage {
  private constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /** Runs `work` and closes the connections whatever happens. */
  static async with<T>(storage: ObjectStorage, work: (store: BackupStorage) => Promise<T>): Promise<T> {
    const client = new S3Client(clientOptions(storage));
    try {
      return await work(new BackupStorage(client, storage.bucket));
    } finally {
      client.destroy();
    }
  }

  /** Size of an object, or undefined when there is none. */
  async sizeBytes(key: string): Promise<number | undefined> {
    const head = await this.found(key, () =>
      this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key })),
    );
    return head?.ContentLength;
  }

  /** The text of a small object, or undefined when there is none. */
  async text(key: string): Promise<string | undefined> {
    const object = await this.found(key, () =>
      this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key })),
    );
    return object?.Body?.transformToString();
  }

  /** The keys of all objects whose keys begin so. */
  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await this.found(prefix, () =>
        this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken })),
      );
      keys.push(...(page?.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
      ContinuationToken = page?.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return keys;
  }

  /** Puts a small object there, in place of one of that key. */
  async put(key: string, text: string): Promise<void> {
    const made = await this.found(key, () =>
      this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: text })),
    );
    if (made === undefined) throw noBucket(this.bucket);
  }

  /** Nothing there is success. */
  async delete(key: string): Promise<void> {
    await this.found(key, () => this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key })));
  }

  /** Aborts every unfinished upload to exactly this key. */
  async abortUploads(key: string): Promise<void> {
    let KeyMarker: string | undefined;
    let UploadIdMarker: string | undefined;
    do {
      const page = await this.found(key, () =>
        this.client.send(
          new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: key, KeyMarker, UploadIdMarker }),
        ),
      );
      for (const upload of page?.Uploads ?? []) {
        if (upload.Key === key) await this.abort(key, upload.UploadId);
      }
      KeyMarker = page?.IsTruncated === true ? page.NextKeyMarker : undefined;
      UploadIdMarker = page?.IsTruncated === true ? page.NextUploadIdMarker : undefined;
    } while (KeyMarker !== undefined);
  }

  private async abort(key: string, uploadId: string | undefined): Promise<void> {
    await this.found(key, () =>
      this.client.send(new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: key, UploadId: uploadId })),
    );
  }

  private async found<T>(key: string, request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof Error && NOT_FOUND.includes(error.name)) return undefined;
      throw new FerryError(
        {
          failed: "reading or changing backup storage",
          where: `s3://${this.bucket}/${key}`,
          seen: error instanceof Error ? `${error.name}: ${messageOf(error)}` : messageOf(error),
          wanted: "an answer of S3",
          next: "check bucket, region, endpoint and credentials, and that their policy allows it",
        },
        { cause: error },
      );
    }
  }
}

function noBucket(bucket: string): FerryError {
  return new FerryError({
    failed: "writing to backup storage",
    where: `s3://${bucket}`,
    seen: "there is no such bucket",
    wanted: "a bucket for the backups",
    next: "create it, or correct its name, region and endpoint",
  });
}

function clientOptions(storage: ObjectStorage): S3ClientConfig {
  const { endpoint, region } = storage;
  const credentials = credentialsOf(storage);
  return {
    region,
    ...(credentials === undefined ? {} : { credentials }),
    // S3-compatible stores may know neither buckets in host names nor the newer checksums.
    ...(endpoint === undefined
      ? {}
      : { endpoint, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" as const }),
  };
}

function credentialsOf({ accessKeyId, secretAccessKey, sessionToken, login }: ObjectStorage) {
  if (accessKeyId === undefined || secretAccessKey === undefined) return login && loginCredentials(login);
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
