import { join } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import * as pulumi from "@pulumi/pulumi";
import { BackupRun } from "../dynamic-providers/backup-run";
import { LocalServer } from "../dynamic-providers/local-server";
import { ReplicationChannel } from "../dynamic-providers/replication-channel";
import { SourcePreparation } from "../dynamic-providers/source-preparation";
import type { Configuration } from "./configuration";

/** Name of the replication channel on the target; a name of its own leaves other channels alone. */
const CHANNEL = "gtid_ferry";
const TARGET_HOST = "127.0.0.1";
/** Less often than this a healthy source says nothing, and the replica reconnects. */
const HEARTBEAT_SECONDS = 5;
const CONNECT_RETRY_SECONDS = 5;
/** Five days of retries: a source that is down for a weekend is found again. */
const CONNECT_RETRY_COUNT = 86_400;
/** No byte moved for so long means that the backup or restore hangs. */
const STALL_TIMEOUT_SECONDS = 900;

export interface LocalMigrationSecrets {
  /** Password of the administrator account, on the source and, because accounts come with the data, on the target. */
  readonly sourcePassword: pulumi.Input<string>;
  readonly backupSecretAccessKey: pulumi.Input<string>;
}

/** The whole migration on one machine: source preparation and, from phase `replicate` on, backup, target, channel. */
export class LocalMigration extends pulumi.ComponentResource {
  /** What the stack shows: of phase `prepare` the source, from `replicate` on backup, target and channel too. */
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;

  constructor(
    name: string,
    configuration: Configuration,
    secrets: LocalMigrationSecrets,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("gtid-ferry:index:LocalMigration", name, {}, opts);
    const source = sourceConnection(configuration, secrets);
    const preparation = prepareSource(name, configuration, source, this);
    const replica =
      configuration.phase === "prepare"
        ? {}
        : replicate(name, configuration, secrets, { source, preparation, parent: this });
    this.outputs = { phase: configuration.phase, sourceUuid: preparation.sourceUuid, ...replica };
    this.registerOutputs(this.outputs);
  }
}

interface Prepared {
  readonly source: pulumi.Output<ConnectionOptions>;
  readonly preparation: SourcePreparation;
  readonly parent: LocalMigration;
}

function sourceConnection(
  configuration: Configuration,
  secrets: LocalMigrationSecrets,
): pulumi.Output<ConnectionOptions> {
  const { sourceHost, sourcePort, sourceUser, sourceTlsMode, sourceTlsCa } = configuration;
  const tls = { mode: sourceTlsMode, ...(sourceTlsCa === undefined ? {} : { ca: sourceTlsCa }) };
  return pulumi.secret({
    host: sourceHost,
    port: sourcePort,
    user: sourceUser,
    password: secrets.sourcePassword,
    tls,
  });
}

function prepareSource(
  name: string,
  configuration: Configuration,
  source: pulumi.Output<ConnectionOptions>,
  parent: LocalMigration,
): SourcePreparation {
  return new SourcePreparation(
    `${name}-source-preparation`,
    {
      source,
      expectedSourceUuid: configuration.expectedSourceUuid,
      replicationAccount: { user: configuration.replicationUser, host: configuration.replicationHost },
      replicationRequiresTls: configuration.replicationTlsMode !== "disabled",
      binlogRetentionSeconds: configuration.binlogRetentionSeconds,
      gtidEnabling: configuration.gtidEnabling,
      consistencyWatchSeconds: configuration.consistencyWatchSeconds,
      stepTimeoutSeconds: configuration.stepTimeoutSeconds,
      backupMethod: configuration.backupMethod,
    },
    { parent },
  );
}

/** What phase `replicate` adds, and what the stack shows of it. */
function replicate(
  name: string,
  configuration: Configuration,
  secrets: LocalMigrationSecrets,
  { source, preparation, parent }: Prepared,
): LocalMigration["outputs"] {
  const storage = pulumi.secret({
    bucket: configuration.backupBucket,
    region: configuration.backupRegion,
    ...(configuration.backupEndpoint === undefined ? {} : { endpoint: configuration.backupEndpoint }),
    ...(configuration.backupAccessKeyId === undefined
      ? {}
      : { accessKeyId: configuration.backupAccessKeyId, secretAccessKey: secrets.backupSecretAccessKey }),
  });
  const host = { kind: "local" as const };
  const program = (tool: string) =>
    configuration.mysqlBinDirectory === undefined ? tool : join(configuration.mysqlBinDirectory, tool);
  const tools = { mysql: program("mysql"), aws: configuration.awsCommand };

  const backup = new BackupRun(
    `${name}-backup`,
    {
      host,
      database: configuration.database,
      backupId: configuration.backupTrigger,
      method: configuration.backupMethod,
      source,
      storage,
      keyPrefix: configuration.backupKeyPrefix,
      compressionLevel: configuration.backupCompressionLevel,
      threads: configuration.backupThreads,
      // Several migrations may have their source on one host.
      workDirectory: join(configuration.backupDirectory, configuration.database),
      tools,
      timeoutSeconds: configuration.backupTimeoutSeconds,
      stallTimeoutSeconds: STALL_TIMEOUT_SECONDS,
    },
    { parent, dependsOn: [preparation] },
  );

  const connection = source.apply((options) => ({
    host: TARGET_HOST,
    port: configuration.targetPort,
    user: options.user,
    password: options.password,
    tls: { mode: "required" as const },
  }));

  const target = new LocalServer(
    `${name}-target`,
    {
      host,
      target: connection,
      serverId: configuration.targetServerId,
      mysqld: program("mysqld"),
      bufferPoolMebibytes: configuration.targetBufferPoolMebibytes,
      restore: pulumi.secret({
        storage,
        manifestKey: backup.manifestKey,
        volumeDirectory: configuration.targetDirectory,
        workDirectory: join(configuration.targetDirectory, "job"),
        threads: configuration.backupThreads,
        tools,
        timeoutSeconds: configuration.backupTimeoutSeconds,
        stallTimeoutSeconds: STALL_TIMEOUT_SECONDS,
      }),
      startTimeoutSeconds: configuration.targetStartTimeoutSeconds,
    },
    { parent },
  );

  const { replicationTlsCaPath } = configuration;
  const channel = new ReplicationChannel(
    `${name}-channel`,
    {
      channel: CHANNEL,
      from: source,
      to: connection,
      source: pulumi.secret({
        host: configuration.sourceHostForTarget ?? configuration.sourceHost,
        port: configuration.sourcePort,
        user: configuration.replicationUser,
        password: preparation.replicationPassword,
        tls: {
          mode: configuration.replicationTlsMode,
          ...(replicationTlsCaPath === undefined ? {} : { caPath: replicationTlsCaPath }),
        },
        connectRetrySeconds: CONNECT_RETRY_SECONDS,
        retryCount: CONNECT_RETRY_COUNT,
        heartbeatSeconds: HEARTBEAT_SECONDS,
        compression: "uncompressed" as const,
      }),
      restoredGtidSet: target.restoredGtidSet,
      startTimeoutSeconds: configuration.replicationStartTimeoutSeconds,
    },
    { parent },
  );
  return {
    backup: backup.manifest,
    targetPort: configuration.targetPort,
    targetUuid: target.serverUuid,
    targetVersion: target.version,
    restoreSeconds: target.restoreSeconds,
    replicationRunning: channel.running,
    errantTransactions: channel.errant,
  };
}
