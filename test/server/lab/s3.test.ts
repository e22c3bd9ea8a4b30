import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { startTestS3 } from "../../../lab/testing.js";

test("an S3 server starts with an empty bucket and keeps objects until it is stopped", async () => {
  const s3 = await startTestS3();
  const { accessKeyId, secretAccessKey, endpoint, region, bucket: Bucket } = s3;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  try {
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    await client.send(new PutObjectCommand({ Bucket, Key: "a/b", Body: "text" }));
    const found = await client.send(new GetObjectCommand({ Bucket, Key: "a/b" }));
    expect(await found.Body?.transformToString()).toBe("text");
    expect(found.VersionId).toBeUndefined();
  } finally {
    client.destroy();
    await s3.stop();
  }
  await expect(fetch(endpoint)).rejects.toThrow();
});
