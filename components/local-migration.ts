import { join } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import * as pulumi from "@pulumi/pulumi";
import { BackupRun } from "../dynamic-providers/backup-run";
import { DataVerification } from "../dynamic-providers/data-verification";
import { LocalServer } from "../dynamic-providers/local-server";
import { ReplicationChannel } from "../dynamic-providers/replication-channel";
import { SourcePreparation } from "../dynamic-providers/source-preparation";
import { Switchover } from "../dynamic-providers/switchover";
import type { Configuration } from "./configuration";
import { replicationAddresses, sourceConnection, targetConnection } from "./connections";

/** Name of the replication channel, on whichever server replicates; a name of its own leaves other channels alone. */
const CHANNEL = "gtid_ferry";
/** No byte moved for so long means that the backup or restore hangs. */
const STALL_TIMEOUT_SECONDS = 900;
/** Source and target run on the machine that runs the program. */
const HOST = { kind: "local" as const };

export interface LocalMigrationSecrets {
  /** Password of the administrator account, on the source and, because accounts come with the data, on the target. */
  readonly sourcePassword: pulumi.Input<string>;
  readonly backupSecretAccessKey: pulumi.Input<string>;
}

type Outputs = Readonly<Record<string, pulumi.Input<unknown>>>;

/** The whole migration on one machine, as far as the configured phase says. */
export class LocalMigration extends pulumi.ComponentResource {
  /**
   * What the stack shows: of phase `prepare` the source, from `replicate` on backup, target, channel and roles too.
   * `connections` and `rebuild`, secrets, are what the command `ferry` takes: the servers that the phase has, and how the
   * target is restored again.
   */
  readonly outputs: Outputs;
  private readonly source: pulumi.Output<ConnectionOptions>;
  private readonly target: pulumi.Output<ConnectionOptions>;

  constructor(
    private readonly name: string,
    private readonly configuration: Configuration,
    private readonly secrets: LocalMigrationSecrets,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("gtid-ferry:index:LocalMigration", name, {}, opts);
    this.source = sourceConnection(configuration, secrets.sourcePassword);
    this.target = targetConnection(configuration, this.source);
    this.outputs = { phase: configuration.phase, ...this.declarePhase() };
    this.registerOutputs(this.outputs);
  }

  private declarePhase(): Outputs {
    switch (this.configuration.phase) {
      case "prepare":
        return { sourceUuid: this.prepareSource().sourceUuid, connections: pulumi.secret({ source: this.source }) };
      case "replicate":
        return this.replicate("source");
      case "cutover":
        return this.replicate("target");
      case "finalize":
        return this.finalize();
    }
  }

  private prepareSource(): SourcePreparation {
    const { configuration } = this;
    return new SourcePreparation(
      `${this.name}-source-preparation`,
      {
        source: this.source,
        expectedSourceUuid: configuration.expectedSourceUuid,
        requiresPrimary: configuration.phase === "prepare",
        replicationAccount: { user: configuration.replicationUser, host: configuration.replicationHost },
        replicationRequiresTls: configuration.replicationTlsMode !== "disabled",
        binlogRetentionSeconds: configuration.binlogRetentionSeconds,
        gtidEnabling: configuration.gtidEnabling,
        consistencyWatchSeconds: configuration.consistencyWatchSeconds,
        stepTimeoutSeconds: configuration.stepTimeoutSeconds,
        backupMethod: configuration.backupMethod,
      },
      { parent: this },
    );
  }

  /** Phases `replicate` and `cutover`, which differ in who is the primary and in nothing else. */
  private replicate(primary: "source" | "target"): Outputs {
    const { configuration } = this;
    const preparation = this.prepareSource();
    const backup = this.takeBackup(preparation);
    const target = this.runTarget(backup);
    const addresses = replicationAddresses(configuration, preparation.replicationPassword);
    const channel = new ReplicationChannel(
      `${this.name}-channel`,
      {
        channel: CHANNEL,
        source: { connection: this.source, address: addresses.source },
        target: { connection: this.target, address: addresses.target },
        restoredGtidSet: target.restoredGtidSet,
        startTimeoutSeconds: configuration.replicationStartTimeoutSeconds,
        mysqlbinlog: this.program("mysqlbinlog"),
        errantTransactions: configuration.errantTransactions,
        errantTransactionsConfirmed: configuration.errantTransactionsConfirmed,
      },
      { parent: this },
    );
    const verification = this.verify(primary, channel);
    const roles = new Switchover(
      `${this.name}-switchover`,
      {
        ...this.roles(),
        source: {
          connection: this.source,
          address: addresses.source,
          host: HOST,
          expectedUuid: preparation.sourceUuid,
        },
        target: {
          connection: this.target,
          address: addresses.target,
          host: HOST,
          expectedUuid: target.serverUuid,
        },
        primary,
        isFinal: false,
      },
      { parent: this, dependsOn: [channel, ...verification] },
    );
    return {
      sourceUuid: preparation.sourceUuid,
      backup: backup.manifest,
      ...this.targetOutputs(target),
      replicationRunning: channel.running,
      errantTransactions: channel.errant,
      ...rolesOutputs(roles),
      connections: pulumi.secret({ source: this.source, target: this.target }),
      rebuild: pulumi.secret({
        host: HOST,
        server: { ...this.targetServer(), restore: target.restore },
        rebuild: this.rebuildOptions(),
      }),
    };
  }

  /** What has to be known before the target becomes the primary. */
  private verify(primary: "source" | "target", channel: ReplicationChannel): DataVerification[] {
    const { configuration } = this;
    if (primary === "source" || !configuration.verifyBeforeCutover) return [];
    const verification = new DataVerification(
      `${this.name}-verification`,
      {
        source: { connection: this.source },
        target: { connection: this.target },
        trigger: configuration.verificationTrigger,
        ignoredObjects: configuration.verificationIgnoredObjects,
        limits: {
          chunkSeconds: configuration.verificationChunkMilliseconds / 1000,
          concurrency: configuration.verificationConcurrency,
          maximumLagSeconds: configuration.verificationMaximumLagSeconds,
          maximumRunningThreads: configuration.verificationMaximumRunningThreads,
          lagTimeoutSeconds: configuration.verificationLagTimeoutSeconds,
        },
        checkpointFile: join(configuration.targetDirectory, "verification.json"),
      },
      { parent: this, dependsOn: [channel] },
    );
    return [verification];
  }

  /** Only the new database remains, and what leads to it. */
  private finalize(): Outputs {
    const target = this.runTarget(undefined);
    const roles = new Switchover(
      `${this.name}-switchover`,
      {
        ...this.roles(),
        source: { connection: this.source },
        target: { connection: this.target, expectedUuid: target.serverUuid },
        primary: "target",
        isFinal: true,
      },
      { parent: this },
    );
    return {
      ...this.targetOutputs(target),
      ...rolesOutputs(roles),
      connections: pulumi.secret({ target: this.target }),
    };
  }

  private takeBackup(preparation: SourcePreparation): BackupRun {
    const request = { ...this.backupRequest(), host: HOST };
    return new BackupRun(`${this.name}-backup`, request, { parent: this, dependsOn: [preparation] });
  }

  private backupRequest() {
    const { configuration } = this;
    return {
      database: configuration.database,
      backupId: configuration.backupTrigger,
      method: configuration.backupMethod,
      source: this.source,
      storage: this.storage(),
      keyPrefix: configuration.backupKeyPrefix,
      compressionLevel: configuration.backupCompressionLevel,
      threads: configuration.backupThreads,
      // Several migrations may have their source on one host.
      workDirectory: join(configuration.backupDirectory, configuration.database),
      tools: this.tools(),
      timeoutSeconds: configuration.backupTimeoutSeconds,
      stallTimeoutSeconds: STALL_TIMEOUT_SECONDS,
    };
  }

  private runTarget(backup: BackupRun | undefined): LocalServer {
    const { configuration } = this;
    const restore =
      backup &&
      pulumi.secret({
        storage: this.storage(),
        manifestKey: backup.manifestKey,
        volumeDirectory: configuration.targetDirectory,
        workDirectory: join(configuration.targetDirectory, "job"),
        threads: configuration.backupThreads,
        tools: this.tools(),
        timeoutSeconds: configuration.backupTimeoutSeconds,
        stallTimeoutSeconds: STALL_TIMEOUT_SECONDS,
      });
    return new LocalServer(
      `${this.name}-target`,
      {
        host: HOST,
        ...this.targetServer(),
        ...(restore === undefined ? {} : { restore }),
        ...(backup === undefined || !configuration.rebuildOnPurged ? {} : { rebuild: this.rebuildOptions() }),
      },
      { parent: this },
    );
  }

  private targetServer() {
    const { configuration } = this;
    return {
      target: this.target,
      serverId: configuration.targetServerId,
      mysqld: this.program("mysqld"),
      bufferPoolMebibytes: configuration.targetBufferPoolMebibytes,
      startTimeoutSeconds: configuration.targetStartTimeoutSeconds,
    };
  }

  private rebuildOptions() {
    return pulumi.secret({
      source: this.source,
      backup: this.backupRequest(),
      minimumIntervalSeconds: this.configuration.rebuildMinimumIntervalSeconds,
    });
  }

  private roles() {
    const { configuration } = this;
    return {
      channel: CHANNEL,
      limits: {
        budgetSeconds: configuration.switchoverBudgetSeconds,
        attemptTimeoutSeconds: configuration.switchoverAttemptTimeoutSeconds,
        attempts: configuration.switchoverAttempts,
        quietTimeoutSeconds: configuration.switchoverQuietTimeoutSeconds,
        maximumLagSeconds: configuration.switchoverMaximumLagSeconds,
        settleTimeoutSeconds: configuration.switchoverSettleTimeoutSeconds,
      },
      routes: pulumi.secret(configuration.trafficRoutes),
    };
  }

  private targetOutputs(target: LocalServer): Outputs {
    return {
      targetPort: this.configuration.targetPort,
      targetUuid: target.serverUuid,
      targetVersion: target.version,
      restoreSeconds: target.restoreSeconds,
    };
  }

  private storage() {
    const { configuration, secrets } = this;
    return pulumi.secret({
      bucket: configuration.backupBucket,
      region: configuration.backupRegion,
      ...(configuration.backupEndpoint === undefined ? {} : { endpoint: configuration.backupEndpoint }),
      ...(configuration.backupAccessKeyId === undefined
        ? {}
        : { accessKeyId: configuration.backupAccessKeyId, secretAccessKey: secrets.backupSecretAccessKey }),
    });
  }

  private tools() {
    return { mysql: this.program("mysql"), aws: this.configuration.awsCommand };
  }

  private program(tool: string): string {
    const { mysqlBinDirectory } = this.configuration;
    return mysqlBinDirectory === undefined ? tool : join(mysqlBinDirectory, tool);
  }
}

function rolesOutputs({ primary, switchovers, report }: Switchover): Outputs {
  return { primary, switchovers, lastSwitchover: report };
}
