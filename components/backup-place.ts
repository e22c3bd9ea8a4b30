import type { z } from "zod";
import { bucketName, databaseName, keyPrefix, partition } from "./aws-arguments";

/** Arguments that say where the backups of a database lie. */
export const backupPlaceShape = {
  /** Name of the database in names, tags and keys. */
  database: databaseName,
  bucket: bucketName,
  /** What all keys begin with; the backups are under `PREFIX/DATABASE/`. */
  keyPrefix,
  /** @default "aws" */
  partition,
};

export type BackupPlace = { readonly [K in keyof typeof backupPlaceShape]: z.output<(typeof backupPlaceShape)[K]> };

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
