import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { awsTags } from "./aws-names";
import { backupPlaceShape } from "./backup-place";
import { backupBucketPolicy } from "./backup-policies";
import { checkArguments } from "./check-arguments";
import { eventual } from "./eventual";
import { readyWith } from "./ready";

const days = z.number().int().min(1).max(3650);

const argsSchema = z.object({
  ...backupPlaceShape,
  /** Whether the bucket is there already: it is used as it is, and nothing is created. @default false */
  existing: z.boolean().default(false),
  /** Age at which backups are deleted. @default 30 */
  expiryDays: days.default(30),
  /** How long a deleted or overwritten object can be brought back. @default 7 */
  noncurrentExpiryDays: days.default(7),
  /** Age at which an unfinished upload is aborted; longer than any backup takes. @default 7 */
  abortUploadsAfterDays: days.default(7),
  /**
   * Whether the bucket with its backups and settings outlives the stack; give `existing` to a stack that comes back to it.
   * Without it, `pulumi destroy` deletes the bucket with all that is in it.
   */
  keepsBackups: z.boolean(),
  /**
   * Who in account B reads the backups: the ARN of the target's role, or as a looser form
   * `arn:aws:iam::ACCOUNT:root`, which leaves the choice of roles to that account.
   */
  readerArn: eventual(
    "readerArn",
    z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:(root|role\/[\w+=,.@/-]+)$/, {
      error: "wanted the ARN of a role, or arn:aws:iam::ACCOUNT:root",
    }),
  ),
});

type CheckedArgs = z.output<typeof argsSchema>;

export interface BackupBucketArgs extends z.input<typeof argsSchema> {
  /** Account A, with the source, in the bucket's region. */
  readonly provider: aws.Provider;
}

/** The bucket of the backups: private, encrypted, versioned, only over TLS, read from account B by one principal. */
export class BackupBucket extends pulumi.ComponentResource {
  /** The bucket's name, known only once its policy and all settings are in force. */
  readonly bucket: pulumi.Output<string>;
  /** The bucket's policy as JSON: what an existing bucket has to have. */
  readonly policy: pulumi.Output<string>;

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = checkArguments(`the backup bucket ${name}`, argsSchema, args);
    super("gtid-ferry:index:BackupBucket", name, {}, opts);
    this.policy = checked.readerArn.apply((arn) => JSON.stringify(backupBucketPolicy(checked, arn)));
    this.bucket = checked.existing ? pulumi.output(checked.bucket) : this.createBucket(name, checked, args.provider);
    this.registerOutputs({ bucket: this.bucket });
  }

  private createBucket(name: string, args: CheckedArgs, provider: aws.Provider): pulumi.Output<string> {
    // All of it is kept, or what remains would be a bucket that is open to other ways and never expires.
    const child = { parent: this, provider, retainOnDelete: args.keepsBackups };
    const created = new aws.s3.Bucket(
      `${name}-bucket`,
      { bucket: args.bucket, forceDestroy: !args.keepsBackups, tags: awsTags(args.database, "backups") },
      child,
    );
    const { bucket } = created;
    const ownership = new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    const publicAccess = new aws.s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      child,
    );
    const encryption = new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, rules: [encryptionRule(args)] },
      child,
    );
    const versioning = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    const lifecycle = new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: lifecycleRules(args) },
      { ...child, dependsOn: [versioning] },
    );
    // S3 refuses to change both at the same moment.
    const policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: this.policy },
      { ...child, dependsOn: [publicAccess] },
    );
    return readyWith(bucket, [ownership, publicAccess, encryption, versioning, lifecycle, policy]);
  }
}

function encryptionRule({ kmsKeyArn }: CheckedArgs) {
  if (kmsKeyArn === undefined) return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
  return {
    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
    bucketKeyEnabled: true,
  };
}

function lifecycleRules({ expiryDays, noncurrentExpiryDays, abortUploadsAfterDays }: CheckedArgs) {
  const always = { status: "Enabled", filter: { prefix: "" } };
  return [
    {
      ...always,
      id: "expire-backups",
      expiration: { days: expiryDays },
      noncurrentVersionExpiration: { noncurrentDays: noncurrentExpiryDays },
      abortIncompleteMultipartUpload: { daysAfterInitiation: abortUploadsAfterDays },
    },
    // S3 takes this in no rule that has days.
    { ...always, id: "remove-delete-markers", expiration: { expiredObjectDeleteMarker: true } },
  ];
}
