import { ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Access } from "../../lab/s3.js";

/** Keys of every object and of every unfinished upload in the bucket. */
export function s3Keys(access: S3Access): Promise<string[]> {
  return withClient(access, async (client) => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: access.bucket }));
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: access.bucket }));
    return [...Contents, ...Uploads].map(({ Key }) => Key ?? "").sort();
  });
}

export function putS3Object(access: S3Access, key: string, text: string): Promise<void> {
  return withClient(access, async (client) => {
    await client.send(new PutObjectCommand({ Bucket: access.bucket, Key: key, Body: text }));
  });
}

async function withClient<T>(
  { endpoint, region, accessKeyId, secretAccessKey }: S3Access,
  work: (client: S3Client) => Promise<T>,
): Promise<T> {
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
