import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { TestS3 } from "../../lab/testing.js";

/** Keys of every object and of every unfinished upload in the bucket. */
export async function s3Keys({ endpoint, region, accessKeyId, secretAccessKey, bucket }: TestS3): Promise<string[]> {
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  try {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return [...Contents, ...Uploads].map(({ Key }) => Key ?? "").sort();
  } finally {
    client.destroy();
  }
}
