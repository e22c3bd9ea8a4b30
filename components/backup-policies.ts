import { type BackupPlace, backupFolder, backupObjectsArn, bucketArn } from "./backup-place";
import { type PolicyDocument, type PolicyStatement, policyDocument } from "./policy-document";

/**
 * The bucket's own policy: nobody without TLS; `readerArn` may list and read the database's backups. It is a role's ARN,
 * or as a looser form `arn:aws:iam::ACCOUNT:root`, which leaves the choice of roles to that account. The role stands in a
 * condition: as a principal it would have to exist already, and S3 would keep its id, so that a role that is made anew
 * under its name would not be let in.
 */
export function backupBucketPolicy(place: BackupPlace, readerArn: string): PolicyDocument {
  const bucket = bucketArn(place);
  const isRole = !readerArn.endsWith(":root");
  return policyDocument(
    {
      Sid: "DenyWithoutTls",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucket, `${bucket}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    ...[listStatement(place), readStatement(place)].map((statement) => ({
      ...statement,
      Principal: { AWS: readerArn.replace(/:role\/.*$/, ":root") },
      ...(isRole ? { Condition: { ...statement.Condition, ArnEquals: { "aws:PrincipalArn": readerArn } } } : {}),
    })),
  );
}

/** What the target's pods may do, as a policy of their role: list and read the database's backups. */
export function backupReadPolicy(place: BackupPlace): PolicyDocument {
  return policyDocument(listStatement(place), readStatement(place), ...keyStatements(place, "kms:Decrypt"));
}

/**
 * What the source's host may do: upload the database's backups and abort uploads. It reads and deletes nothing, so that
 * whoever gets hold of the host gets at no earlier backup; sizes of objects it takes from the list.
 */
export function sourceUploadPolicy(place: BackupPlace): PolicyDocument {
  return policyDocument(
    {
      Sid: "UploadBackups",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"],
      Resource: backupObjectsArn(place),
    },
    listStatement(place),
    {
      // S3 knows no condition that would bind this to a prefix.
      Sid: "ListUnfinishedUploads",
      Effect: "Allow",
      Action: "s3:ListBucketMultipartUploads",
      Resource: bucketArn(place),
    },
    // Decrypting belongs to an upload in parts.
    ...keyStatements(place, "kms:GenerateDataKey", "kms:Decrypt"),
  );
}

function readStatement(place: BackupPlace): PolicyStatement {
  return {
    Sid: "ReadBackups",
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:GetObjectVersion"],
    Resource: backupObjectsArn(place),
  };
}

/** S3 names what it encrypts as the context: the object, or with a bucket key the bucket. */
function keyStatements(place: BackupPlace, ...actions: readonly string[]): readonly PolicyStatement[] {
  if (place.kmsKeyArn === undefined) return [];
  return [
    {
      Sid: "UseBucketKey",
      Effect: "Allow",
      Action: actions,
      Resource: place.kmsKeyArn,
      Condition: {
        StringLike: { "kms:EncryptionContext:aws:s3:arn": [bucketArn(place), backupObjectsArn(place)] },
      },
    },
  ];
}

function listStatement(place: BackupPlace): PolicyStatement {
  return {
    Sid: "ListBackups",
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: bucketArn(place),
    Condition: { StringLike: { "s3:prefix": `${backupFolder(place)}*` } },
  };
}
