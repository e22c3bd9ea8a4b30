import { z } from "zod";
import { bucketName, databaseName, keyPrefix, kmsKeyArn, partition } from "./aws-arguments";

/** Arguments that say where the backups of a database lie. */
export const backupPlaceShape = {
  /** Name of the database in names, tags and keys. */
  database: databaseName,
  bucket: bucketName,
  /** What all keys begin with; the backups are under `PREFIX/DATABASE/`. */
  keyPrefix,
  /** @default "aws" */
  partition,
  /**
   * Key of KMS that encrypts the bucket; without it S3 encrypts with keys of its own. The key's policy has to let account
   * A use it, and the target's role decrypt with it.
   */
  kmsKeyArn: kmsKeyArn.exactOptional(),
};

const backupPlace = z.object(backupPlaceShape);
export type BackupPlace = Readonly<z.output<typeof backupPlace>>;

export function bucketArn({ partition, bucket }: BackupPlace): string {
  return `arn:${partition}:s3:::${bucket}`;
}

/** What the keys of the database's backups begin with, and nobody else's do. */
export function backupFolder({ keyPrefix, database }: BackupPlace): string {
  return `${keyPrefix}/${database}/`;
}

export function backupObjectsArn(place: BackupPlace): string {
  return `${bucketArn(place)}/${backupFolder(place)}*`;
}
