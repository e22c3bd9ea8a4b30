import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { S3_CREDENTIALS } from "../../../lab/defaults.js";

/** The buckets of the lab's S3, which has no accounts. */
export class Buckets {
  private readonly client: S3Client;

  constructor(
    endpoint: string,
    private readonly region: string,
  ) {
    const { accessKeyId, secretAccessKey } = S3_CREDENTIALS;
    this.client = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
    });
  }

  async create(bucket: string): Promise<void> {
    // S3 takes the name of its first region for no constraint.
    const place = this.region === "us-east-1" ? {} : { LocationConstraint: this.region as "eu-central-1" };
    await this.client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: place }));
  }

  async exists(bucket: string): Promise<boolean> {
    const { Buckets = [] } = await this.client.send(new ListBucketsCommand());
    return Buckets.some(({ Name }) => Name === bucket);
  }

  /** Of an S3 that still has objects in it, this is refused. */
  async remove(bucket: string): Promise<void> {
    await this.client.send(new DeleteBucketCommand({ Bucket: bucket }));
  }

  async empty(bucket: string): Promise<void> {
    for (;;) {
      const found = await this.client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
      const versions = [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])];
      if (versions.length === 0) return;
      const Objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
      await this.client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    }
  }
}
