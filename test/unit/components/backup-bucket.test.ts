import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BackupBucket, type BackupBucketArgs } from "../../../components/backup-bucket.js";
import { forgetResources, mockPulumi, recordedResources, recording, settled } from "../helpers/recorded-resources.js";

const READER = "arn:aws:iam::222222222222:role/irsa_role_db_replication_shop";
const POLICY = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "DenyWithoutTls",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::shop-backups", "arn:aws:s3:::shop-backups/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "ListBackups",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: "arn:aws:s3:::shop-backups",
      Condition: { StringLike: { "s3:prefix": "gtid-ferry/shop/*" }, ArnEquals: { "aws:PrincipalArn": READER } },
      Principal: { AWS: "arn:aws:iam::222222222222:root" },
    },
    {
      Sid: "ReadBackups",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: "arn:aws:s3:::shop-backups/gtid-ferry/shop/*",
      Principal: { AWS: "arn:aws:iam::222222222222:root" },
      Condition: { ArnEquals: { "aws:PrincipalArn": READER } },
    },
  ],
};

let slow: string | undefined;
let slowIsThere: boolean;
beforeAll(() =>
  mockPulumi(async (type) => {
    if (slow === undefined || !type.endsWith(`:${slow}`)) return {};
    // Long enough for an output that does not wait.
    await new Promise((resolve) => setTimeout(resolve, 100));
    slowIsThere = true;
    return {};
  }),
);
beforeEach(() => {
  forgetResources();
  slow = undefined;
  slowIsThere = false;
});

function declare(changes: Partial<BackupBucketArgs> = {}): BackupBucket {
  return new BackupBucket(
    "shop-backups",
    {
      provider: new aws.Provider("account-a"),
      database: "shop",
      bucket: "shop-backups",
      keyPrefix: "gtid-ferry",
      readerArn: pulumi.output(READER),
      keepsBackups: true,
      ...changes,
    },
    recording,
  );
}

const child = { parent: "shop-backups", provider: "account-a", retainOnDelete: true };
const of = (inputs: object) => ({ bucket: "shop-backups", ...inputs });

describe("BackupBucket", () => {
  it("registers a bucket with all its settings in account A, all of which outlive the stack", async () => {
    const { bucket } = declare();
    expect(await recordedResources(bucket)).toEqual([
      {
        type: "gtid-ferry:index:BackupBucket",
        name: "shop-backups",
        inputs: {},
        parent: undefined,
        provider: undefined,
      },
      {
        type: "aws:s3/bucket:Bucket",
        name: "shop-backups-bucket",
        inputs: of({
          forceDestroy: false,
          tags: { Name: "gtid-ferry-shop-backups", "gtid-ferry:database": "shop" },
        }),
        ...child,
      },
      {
        type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        name: "shop-backups-encryption",
        inputs: of({ rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] }),
        ...child,
      },
      {
        type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        name: "shop-backups-lifecycle",
        inputs: of({
          rules: [
            {
              id: "expire-backups",
              status: "Enabled",
              filter: { prefix: "" },
              expiration: { days: 30 },
              noncurrentVersionExpiration: { noncurrentDays: 7 },
              abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            },
            {
              id: "remove-delete-markers",
              status: "Enabled",
              filter: { prefix: "" },
              expiration: { expiredObjectDeleteMarker: true },
            },
          ],
        }),
        ...child,
        dependsOn: ["shop-backups-versioning"],
      },
      {
        type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        name: "shop-backups-ownership",
        inputs: of({ rule: { objectOwnership: "BucketOwnerEnforced" } }),
        ...child,
      },
      {
        type: "aws:s3/bucketPolicy:BucketPolicy",
        name: "shop-backups-policy",
        inputs: of({ policy: JSON.stringify(POLICY) }),
        ...child,
        dependsOn: ["shop-backups-public-access"],
      },
      {
        type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        name: "shop-backups-public-access",
        inputs: of({
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        }),
        ...child,
      },
      {
        type: "aws:s3/bucketVersioning:BucketVersioning",
        name: "shop-backups-versioning",
        inputs: of({ versioningConfiguration: { status: "Enabled" } }),
        ...child,
      },
    ]);
  });

  it.each([
    "BucketLifecycleConfiguration",
    "BucketOwnershipControls",
    "BucketPolicy",
    "BucketPublicAccessBlock",
    "BucketServerSideEncryptionConfiguration",
    "BucketVersioning",
  ])("tells the bucket's name only once its %s is there", async (type) => {
    slow = type;
    expect(await settled(declare().bucket)).toBe("shop-backups");
    expect(slowIsThere).toBe(true);
  });

  it("deletes the bucket with its backups only where that is asked for", async () => {
    const recorded = await recordedResources(declare({ keepsBackups: false }).bucket);
    expect(recorded.filter(({ retainOnDelete }) => retainOnDelete)).toEqual([]);
    expect(recorded.find(({ name }) => name === "shop-backups-bucket")?.inputs.forceDestroy).toBe(true);
  });

  it("takes other ages", async () => {
    const { bucket } = declare({ expiryDays: 3, noncurrentExpiryDays: 1, abortUploadsAfterDays: 2 });
    const lifecycle = (await recordedResources(bucket)).find(({ name }) => name === "shop-backups-lifecycle");
    expect(lifecycle?.inputs.rules).toMatchObject([
      {
        expiration: { days: 3 },
        noncurrentVersionExpiration: { noncurrentDays: 1 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
      },
      {},
    ]);
  });

  it("encrypts with a key of KMS", async () => {
    const kmsKeyArn = "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const recorded = await recordedResources(declare({ kmsKeyArn }).bucket);
    expect(recorded.find(({ name }) => name === "shop-backups-encryption")?.inputs.rules).toEqual([
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        bucketKeyEnabled: true,
      },
    ]);
  });

  it("leaves an existing bucket as it is, and says which policy it has to have", async () => {
    const existing = declare({ existing: true });
    expect((await recordedResources(existing.bucket)).map(({ name }) => name)).toEqual(["shop-backups"]);
    expect(await settled(existing.bucket)).toBe("shop-backups");
    expect(JSON.parse(await settled(existing.policy))).toEqual(POLICY);
  });

  it.each([
    [{ bucket: "Shop" }, "bucket: wanted an S3 bucket name: 3 to 63"],
    [{ bucket: "ab" }, "bucket: wanted an S3 bucket name: 3 to 63"],
    [{ bucket: "b".repeat(64) }, "bucket: wanted an S3 bucket name: 3 to 63"],
    [{ bucket: "shop..backups" }, "bucket: wanted an S3 bucket name: no two dots in a row"],
    [{ bucket: "192.168.5.4" }, "bucket: wanted an S3 bucket name: no two dots in a row, no IP address"],
    [{ bucket: "xn--shop" }, "bucket: wanted an S3 bucket name without a beginning or end that S3 reserves"],
    [{ bucket: "shop-s3alias" }, "bucket: wanted an S3 bucket name without a beginning or end that S3 reserves"],
    [{ kmsKeyArn: "alias/aws/s3" }, "kmsKeyArn: wanted the ARN of a key of KMS"],
    [{ keyPrefix: "a/*/b" }, "keyPrefix: wanted letters"],
    [{ keyPrefix: "$" + "{aws:userid}" }, "keyPrefix: wanted letters"],
    [{ readerArn: "*" }, "readerArn: wanted the ARN of a role, or arn:aws:iam::ACCOUNT:root"],
    [{ readerArn: "arn:aws:iam::222222222222:role/*" }, "readerArn: wanted the ARN of a role"],
    [{ expiryDays: 0 }, "expiryDays: "],
    [{ abortUploadsAfterDays: 0.5 }, "abortUploadsAfterDays: "],
  ])("refuses %o, before anything is declared", async (changes, expected) => {
    expect(() => declare(changes)).toThrow(expected);
    expect(await recordedResources()).toEqual([]);
  });

  it("names all mistakes at once", () => {
    const wrong = { database: "Shop", bucket: "B", readerArn: "*", expiryDays: 0, noncurrentExpiryDays: -1 };
    expect(() => declare(wrong)).toThrow(/^the backup bucket shop-backups has 5 mistake\(s\)\n/);
  });
});
