import { join } from "node:path";
import type { HostOptions } from "@gtid-ferry/engine/hosts";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { TargetSoftware } from "@gtid-ferry/engine/preparation";
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
import { keepsTarget, type Platform, type ReplicaServer, type Surroundings, type TargetServer } from "./platform";

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
  readonly targetSoftware: TargetSoftware;
  readonly checkpointFile: string;
  readonly reprovision =
    "`pulumi stack output rebuild --show-secrets --json | npm run -s ferry -- rebuild --request - --always` restores the target from a new backup, then `pulumi up`";

  constructor(
    private readonly configuration: LocalConfiguration,
    private readonly secrets: MigrationSecrets,
  ) {
    this.source = sourceConnection(configuration, secrets.sourcePassword);
    this.target = this.connection(configuration.targetPort);
    this.targetSoftware = { mysqld: mysqlProgram(configuration, "mysqld") };
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
    const server = new LocalServer(
      `${configuration.database}-target`,
      {
        host: HOST,
        ...this.serverInputs(),
        ...(backup === undefined ? {} : { restore: this.restoreInputs(backup, configuration.targetDirectory) }),
        ...(backup === undefined || !configuration.rebuildOnPurged ? {} : { rebuild: this.rebuildInputs() }),
      },
      { parent },
    );
    const replicas = configuration.replicas.map((replica) => this.runReplica(parent, backup, replica));
    return {
      serverUuid: server.serverUuid,
      restoredGtidSet: server.restoredGtidSet,
      routes: configuration.trafficRoutes,
      replicas,
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

  private runReplica(
    parent: pulumi.Resource,
    backup: BackupRun | undefined,
    { name, port, serverId, directory }: LocalConfiguration["replicas"][number],
  ): ReplicaServer {
    const { configuration } = this;
    const connection = this.connection(port);
    const server = new LocalServer(
      `${configuration.database}-${name}`,
      {
        host: HOST,
        ...this.serverInputs(),
        target: connection,
        serverId,
        ...(backup === undefined ? {} : { restore: this.restoreInputs(backup, directory) }),
      },
      { parent, retainOnDelete: keepsTarget(configuration) },
    );
    const address = (password: pulumi.Input<string>) => replicationAddress(configuration, password, TARGET_HOST, port);
    return { name, connection, address, server, serverUuid: server.serverUuid };
  }

  /** A server on this machine, as an administrator reaches it; secret. */
  private connection(port: number): pulumi.Output<ConnectionOptions> {
    return this.source.apply(({ user, password }) => ({
      host: TARGET_HOST,
      port,
      user,
      password,
      tls: { mode: "required" as const },
    }));
  }

  private serverInputs() {
    const { configuration } = this;
    return {
      target: this.target,
      source: this.source,
      serverId: configuration.targetServerId,
      mysqld: mysqlProgram(configuration, "mysqld"),
      bufferPoolMebibytes: configuration.targetBufferPoolMebibytes,
      startTimeoutSeconds: configuration.targetStartTimeoutSeconds,
    };
  }

  private restoreInputs(backup: BackupRun, volumeDirectory: string) {
    const { configuration } = this;
    return pulumi.secret({
      storage: objectStorage(configuration, this.secrets),
      manifestKey: backup.manifestKey,
      volumeDirectory,
      workDirectory: join(volumeDirectory, "job"),
      threads: configuration.backupThreads,
      ...(configuration.targetKeyringConfig === undefined ? {} : { keyringConfig: configuration.targetKeyringConfig }),
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
