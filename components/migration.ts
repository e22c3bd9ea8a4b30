import type { RouteOptions } from "@gtid-ferry/engine/traffic";
import * as pulumi from "@pulumi/pulumi";
import { BackupRun } from "../dynamic-providers/backup-run";
import { DataVerification } from "../dynamic-providers/data-verification";
import { ReplicaTree } from "../dynamic-providers/replica-tree";
import { ReplicationAccount } from "../dynamic-providers/replication-account";
import { ReplicationChannel } from "../dynamic-providers/replication-channel";
import { SourcePreparation } from "../dynamic-providers/source-preparation";
import { Switchover } from "../dynamic-providers/switchover";
import { backupInputs, type MigrationSecrets, mysqlProgram } from "./backup-inputs";
import type { Configuration } from "./configuration";
import { CHANNEL } from "./connections";
import { keepsTarget, type Outputs, type Platform, type Surroundings, type TargetServer } from "./platform";
import { type TreeMember, treeOf } from "./replica-tree-inputs";
import { targetKeyring } from "./target-keyring";

/** The whole migration, as far as the configured phase says; the same on every platform. */
export class Migration extends pulumi.ComponentResource {
  /**
   * What the stack shows: of phase `prepare` the source, from `replicate` on backup, target, channel and roles too.
   * `connections` and `rebuild`, secrets, are what the command `ferry` takes: the servers that the phase has, and how the
   * target is restored again.
   */
  readonly outputs: Outputs;

  constructor(
    private readonly name: string,
    private readonly configuration: Configuration,
    private readonly secrets: MigrationSecrets,
    private readonly platform: Platform,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("gtid-ferry:index:Migration", name, {}, opts);
    this.outputs = { phase: configuration.phase, ...this.declarePhase() };
    this.registerOutputs(this.outputs);
  }

  private declarePhase(): Outputs {
    const { configuration, platform } = this;
    switch (configuration.phase) {
      case "prepare": {
        const preparation = this.prepareSource();
        const surroundings = platform.declareSurroundings(this, preparation);
        return {
          sourceUuid: preparation.sourceUuid,
          ...surroundings.outputs,
          connections: pulumi.secret({ source: platform.source }),
        };
      }
      case "replicate":
        return this.replicate("source");
      case "cutover":
        return this.replicate("target");
      case "finalize":
        return this.finalize();
    }
  }

  private prepareSource(): SourcePreparation {
    const { configuration, platform } = this;
    return new SourcePreparation(
      `${this.name}-source-preparation`,
      {
        source: platform.source,
        target: platform.target,
        expectedSourceUuid: configuration.expectedSourceUuid,
        requiresPrimary: configuration.phase === "prepare",
        replicationAccount: { user: configuration.replicationUser, host: configuration.replicationHost },
        replicationRequiresTls: configuration.replicationTlsMode !== "disabled",
        binlogRetentionSeconds: configuration.binlogRetentionSeconds,
        gtidEnabling: configuration.gtidEnabling,
        consistencyWatchSeconds: configuration.consistencyWatchSeconds,
        stepTimeoutSeconds: configuration.stepTimeoutSeconds,
        backupMethod: configuration.backupMethod,
        targetKeyring: targetKeyring(configuration),
        targetSoftware: platform.targetSoftware,
      },
      { parent: this },
    );
  }

  /** Phases `replicate` and `cutover`, which differ in who is the primary and in nothing else. */
  private replicate(primary: "source" | "target"): Outputs {
    const { configuration, platform } = this;
    const preparation = this.prepareSource();
    const surroundings = platform.declareSurroundings(this, preparation);
    const backup = this.takeBackup(surroundings, [preparation, ...surroundings.needed]);
    const target = platform.runTarget(this, backup, surroundings.rights);
    const addresses = platform.replicationAddresses(preparation.replicationPassword);
    const ends = {
      source: { connection: platform.source, address: addresses.source },
      target: { connection: platform.target, address: addresses.target },
    };
    const channel = new ReplicationChannel(
      `${this.name}-channel`,
      {
        channel: CHANNEL,
        ...ends,
        restoredGtidSet: target.restoredGtidSet,
        startTimeoutSeconds: configuration.replicationStartTimeoutSeconds,
        mysqlbinlog: mysqlProgram(configuration, "mysqlbinlog"),
        replicas: membersOf(target, preparation.replicationPassword),
        reverseReplication: configuration.reverseReplication,
        errantTransactions: configuration.errantTransactions,
        errantTransactionsConfirmed: configuration.errantTransactionsConfirmed,
      },
      { parent: this },
    );
    const verification = this.verify(primary, target, channel);
    const roles = new Switchover(
      `${this.name}-switchover`,
      {
        ...this.roles(target.routes),
        replicas: membersOf(target, preparation.replicationPassword),
        source: {
          ...ends.source,
          host: platform.sourceHost,
          expectedUuid: preparation.sourceUuid,
        },
        target: {
          ...ends.target,
          ...(platform.targetHost === undefined ? {} : { host: platform.targetHost }),
          expectedUuid: target.serverUuid,
        },
        primary,
        isFinal: false,
      },
      { parent: this, dependsOn: [channel, ...verification] },
    );
    const tree = this.declareTree(ends, target, preparation.replicationPassword, [roles]);
    return {
      sourceUuid: preparation.sourceUuid,
      ...surroundings.outputs,
      backup: backup.manifest,
      ...target.outputs,
      replicationRunning: channel.running,
      errantTransactions: channel.errant,
      ...rolesOutputs(roles),
      ...tree,
      connections: pulumi.secret({ source: platform.source, target: platform.target }),
      ...(target.rebuild === undefined ? {} : { rebuild: target.rebuild }),
    };
  }

  /** What has to be known before the target becomes the primary. */
  private verify(primary: "source" | "target", target: TargetServer, channel: ReplicationChannel): DataVerification[] {
    const { configuration, platform } = this;
    if (primary === "source" || !configuration.verifyBeforeCutover) return [];
    const verification = new DataVerification(
      `${this.name}-verification`,
      {
        source: { connection: platform.source },
        target: { connection: platform.target },
        trigger: configuration.verificationTrigger,
        restoredUuid: target.serverUuid,
        ignoredObjects: configuration.verificationIgnoredObjects,
        limits: {
          chunkSeconds: configuration.verificationChunkMilliseconds / 1000,
          concurrency: configuration.verificationConcurrency,
          maximumLagSeconds: configuration.verificationMaximumLagSeconds,
          maximumRunningThreads: configuration.verificationMaximumRunningThreads,
          lagTimeoutSeconds: configuration.verificationLagTimeoutSeconds,
        },
        checkpointFile: platform.checkpointFile,
        reprovision: platform.reprovision,
      },
      { parent: this, dependsOn: [channel] },
    );
    return [verification];
  }

  /** Only the new database remains, and what leads to it. */
  private finalize(): Outputs {
    const { platform } = this;
    const surroundings = platform.declareSurroundings(this, undefined);
    const target = platform.runTarget(this, undefined, surroundings.rights);
    const roles = new Switchover(
      `${this.name}-switchover`,
      {
        ...this.roles(target.routes),
        source: { connection: platform.source },
        target: { connection: platform.target, expectedUuid: target.serverUuid },
        replicas: Object.fromEntries(target.replicas.map(({ name, connection }) => [name, { connection }])),
        primary: "target",
        isFinal: true,
      },
      { parent: this },
    );
    return {
      ...surroundings.outputs,
      ...target.outputs,
      ...rolesOutputs(roles),
      ...this.finalTree(target, roles),
      connections: pulumi.secret({ target: platform.target }),
    };
  }

  /** The replicas of the new database; the account that they used so far is gone with the migration. */
  private finalTree(target: TargetServer, roles: Switchover): Outputs {
    const { configuration, platform } = this;
    if (configuration.replicas.length === 0) return {};
    const account = new ReplicationAccount(
      `${this.name}-replication-account`,
      {
        primary: platform.target,
        account: { user: configuration.replicationUser, host: configuration.replicationHost },
        requiresTls: configuration.replicationTlsMode !== "disabled",
      },
      { parent: this, dependsOn: [roles], retainOnDelete: true },
    );
    const address = platform.replicationAddresses(account.password).target;
    return this.declareTree({ target: { connection: platform.target, address } }, target, account.password, [roles]);
  }

  /** What `ferry status`, `topology`, `switchover`, `failover` and `watch` take is the output `topology`, a secret. */
  private declareTree(
    ends: Readonly<Record<string, TreeMember>>,
    { replicas, routes }: TargetServer,
    password: pulumi.Output<string>,
    dependsOn: pulumi.Resource[],
  ): Outputs {
    const { configuration } = this;
    const tree = treeOf(configuration);
    // A source that does not replicate has no place in it.
    const placed = Object.entries(ends).filter(([name]) => name in tree);
    const members = { ...Object.fromEntries(placed), ...membersOf({ replicas }, password) };
    const limits = { settleTimeoutSeconds: configuration.switchoverSettleTimeoutSeconds };
    const topology = pulumi.secret({ channel: CHANNEL, members, tree, routes, limits });
    if (replicas.length === 0) return { topology };
    const declared = new ReplicaTree(
      `${this.name}-replicas`,
      { channel: CHANNEL, members, tree, owned: replicas.map(({ name }) => name), limits },
      {
        parent: this,
        dependsOn: [...dependsOn, ...replicas.map(({ server }) => server)],
        retainOnDelete: keepsTarget(configuration),
      },
    );
    return {
      replicas: Object.fromEntries(replicas.map(({ name, serverUuid }) => [name, serverUuid])),
      replicationTree: declared.present,
      topology,
    };
  }

  private takeBackup({ scriptDirectory }: Surroundings, needed: readonly pulumi.Resource[]): BackupRun {
    const { configuration, secrets, platform } = this;
    const request = {
      ...backupInputs(configuration, secrets, platform.source),
      ...(scriptDirectory === undefined ? {} : { scriptDirectory }),
      host: platform.sourceHost,
      target: platform.target,
    };
    return new BackupRun(`${this.name}-backup`, request, { parent: this, dependsOn: [...needed] });
  }

  private roles(routes: readonly pulumi.Input<RouteOptions>[]) {
    const { configuration } = this;
    return {
      channel: CHANNEL,
      reverseReplication: configuration.reverseReplication,
      limits: {
        budgetSeconds: configuration.switchoverBudgetSeconds,
        attemptTimeoutSeconds: configuration.switchoverAttemptTimeoutSeconds,
        attempts: configuration.switchoverAttempts,
        quietTimeoutSeconds: configuration.switchoverQuietTimeoutSeconds,
        maximumLagSeconds: configuration.switchoverMaximumLagSeconds,
        settleTimeoutSeconds: configuration.switchoverSettleTimeoutSeconds,
      },
      // Each by itself: one that is not known yet must not hide the others from the preview's checks.
      routes: routes.map((route) => pulumi.secret(route)),
    };
  }
}

/** The replicas by name, as administrators and channels reach them. */
function membersOf(
  { replicas }: Pick<TargetServer, "replicas">,
  password: pulumi.Output<string>,
): Record<string, TreeMember> {
  return Object.fromEntries(
    replicas.map(({ name, connection, address }) => [name, { connection, address: address(password) }]),
  );
}

/** Who is the primary now, which after `ferry switchover` or a failover may be another one than the phase declares. */
function rolesOutputs({ present, switchovers, report }: Switchover): Outputs {
  // Of an undefined output Pulumi warns in every update.
  return { primary: present, switchovers, lastSwitchover: report.apply((last) => last ?? null) };
}
