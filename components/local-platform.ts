import { join } from "node:path";
import type { HostOptions } from "@gtid-ferry/engine/hosts";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRun } from "../dynamic-providers/backup-run";
import { LocalServer } from "../dynamic-providers/local-server";
import {
  backupInputs,
  localTools,
  type MigrationSecrets,
  mysqlProgram,
  objectStorage,
  STALL_TIMEOUT_SECONDS,
} from "./backup-inputs";
import type { LocalConfiguration } from "./configuration";
import { replicationAddress, sourceConnection } from "./connections";
import type { Platform, Surroundings, TargetServer } from "./platform";

/** Where the target listens. */
const TARGET_HOST = "127.0.0.1";
const HOST: HostOptions = { kind: "local" };

/** Source and target on the machine that runs the program. */
export class LocalPlatform implements Platform {
  readonly sourceHost = pulumi.output(HOST);
  readonly targetHost = HOST;
  readonly source: pulumi.Output<ConnectionOptions>;
  /** Its accounts are the source's, which came with the data. */
  readonly target: pulumi.Output<ConnectionOptions>;
  readonly checkpointFile: string;

  constructor(
    private readonly configuration: LocalConfiguration,
    private readonly secrets: MigrationSecrets,
  ) {
    this.source = sourceConnection(configuration, secrets.sourcePassword);
    this.target = this.source.apply(({ user, password }) => ({
      host: TARGET_HOST,
      port: configuration.targetPort,
      user,
      password,
      tls: { mode: "required" as const },
    }));
    this.checkpointFile = join(configuration.targetDirectory, "verification.json");
  }

  replicationAddresses(password: pulumi.Input<string>) {
    const { configuration } = this;
    const source = configuration.sourceHostForTarget ?? configuration.sourceHost;
    const target = configuration.targetHostForSource ?? TARGET_HOST;
    return {
      source: replicationAddress(configuration, password, source, configuration.sourcePort),
      target: replicationAddress(configuration, password, target, configuration.targetPort),
    };
  }

  declareSurroundings(): Surroundings {
    return { needed: [], outputs: {}, rights: {} };
  }

  runTarget(parent: pulumi.Resource, backup: BackupRun | undefined): TargetServer {
    const { configuration } = this;
    const restore = backup && this.restoreInputs(backup);
    const server = new LocalServer(
      `${configuration.database}-target`,
      {
        host: HOST,
        ...this.serverInputs(),
        ...(restore === undefined ? {} : { restore }),
        ...(backup === undefined || !configuration.rebuildOnPurged ? {} : { rebuild: this.rebuildInputs() }),
      },
      { parent },
    );
    return {
      serverUuid: server.serverUuid,
      restoredGtidSet: server.restoredGtidSet,
      routes: configuration.trafficRoutes,
      outputs: {
        targetPort: configuration.targetPort,
        targetUuid: server.serverUuid,
        targetVersion: server.version,
        restoreSeconds: server.restoreSeconds,
      },
      rebuild: pulumi.secret({
        host: HOST,
        server: { ...this.serverInputs(), restore: server.restore },
        rebuild: this.rebuildInputs(),
      }),
    };
  }

  private serverInputs() {
    const { configuration } = this;
    return {
      target: this.target,
      serverId: configuration.targetServerId,
      mysqld: mysqlProgram(configuration, "mysqld"),
      bufferPoolMebibytes: configuration.targetBufferPoolMebibytes,
      startTimeoutSeconds: configuration.targetStartTimeoutSeconds,
    };
  }

  private restoreInputs(backup: BackupRun) {
    const { configuration } = this;
    return pulumi.secret({
      storage: objectStorage(configuration, this.secrets),
      manifestKey: backup.manifestKey,
      volumeDirectory: configuration.targetDirectory,
      workDirectory: join(configuration.targetDirectory, "job"),
      threads: configuration.backupThreads,
      tools: localTools(configuration),
      timeoutSeconds: configuration.backupTimeoutSeconds,
      stallTimeoutSeconds: STALL_TIMEOUT_SECONDS,
    });
  }

  private rebuildInputs() {
    return pulumi.secret({
      source: this.source,
      backup: backupInputs(this.configuration, this.secrets, this.source),
      minimumIntervalSeconds: this.configuration.rebuildMinimumIntervalSeconds,
    });
  }
}
