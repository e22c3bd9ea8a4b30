import { join } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import * as pulumi from "@pulumi/pulumi";
import type { AwsConfiguration, Configuration, LocalConfiguration } from "./configuration";

/** No byte moved for so long means that the backup or restore hangs. */
export const STALL_TIMEOUT_SECONDS = 900;

export interface MigrationSecrets {
  /** Password of the administrator account, on the source and, because accounts come with the data, on the target. */
  readonly sourcePassword: pulumi.Input<string>;
  readonly backupSecretAccessKey: pulumi.Input<string>;
}

/** The bucket of the backups and the login to it; secret. */
export function objectStorage(configuration: Configuration, secrets: MigrationSecrets) {
  return pulumi.secret({
    bucket: configuration.backupBucket,
    region: configuration.backupRegion,
    ...(configuration.backupEndpoint === undefined ? {} : { endpoint: configuration.backupEndpoint }),
    ...(configuration.backupAccessKeyId === undefined
      ? {}
      : { accessKeyId: configuration.backupAccessKeyId, secretAccessKey: secrets.backupSecretAccessKey }),
    ...(configuration.platform === "aws" ? { login: loginOf(configuration) } : {}),
  });
}

/** Of the bucket's account, as whoever makes the bucket. */
function loginOf({ sourceAccount: { profile, roleArn, externalId } }: AwsConfiguration) {
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(externalId === undefined ? {} : { externalId }),
  };
}

/** A program of MySQL on this machine. */
export function mysqlProgram({ mysqlBinDirectory }: Configuration, program: string): string {
  return mysqlBinDirectory === undefined ? program : join(mysqlBinDirectory, program);
}

/** The programs of backup and restore on this machine. */
export function localTools(configuration: LocalConfiguration) {
  return { mysql: mysqlProgram(configuration, "mysql"), aws: configuration.awsCommand };
}

/** The programs of the backup on the source's host. */
function hostTools(configuration: Configuration) {
  if (configuration.platform === "local") return { tools: localTools(configuration) };
  const { backupTools: tools, backupContainer: container } = configuration;
  return { tools, ...(container === undefined ? {} : { container }) };
}

/** A backup of the source; the same for the same configuration. */
export function backupInputs(
  configuration: Configuration,
  secrets: MigrationSecrets,
  source: pulumi.Output<ConnectionOptions>,
) {
  return {
    database: configuration.database,
    backupId: configuration.backupTrigger,
    method: configuration.backupMethod,
    source,
    storage: objectStorage(configuration, secrets),
    keyPrefix: configuration.backupKeyPrefix,
    compressionLevel: configuration.backupCompressionLevel,
    threads: configuration.backupThreads,
    // Several migrations may have their source on one host.
    workDirectory: join(configuration.backupDirectory, configuration.database),
    ...hostTools(configuration),
    timeoutSeconds: configuration.backupTimeoutSeconds,
    stallTimeoutSeconds: STALL_TIMEOUT_SECONDS,
  };
}
