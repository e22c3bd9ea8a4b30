import { join } from "node:path";
import type { HostOptions } from "@gtid-ferry/engine/hosts";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { TargetSoftware } from "@gtid-ferry/engine/preparation";
import type { RouteOptions } from "@gtid-ferry/engine/traffic";
import * as pulumi from "@pulumi/pulumi";
import { AccessCheck } from "../dynamic-providers/access-check";
import type { BackupRun } from "../dynamic-providers/backup-run";
import { PodServer } from "../dynamic-providers/pod-server";
import type { SourcePreparation } from "../dynamic-providers/source-preparation";
import { type MigrationSecrets, objectStorage } from "./backup-inputs";
import { clusterProvider } from "./cluster-provider";
import type { AwsConfiguration, KubernetesConfiguration } from "./configuration";
import { CHANNEL, replicationAddress, sourceConnection } from "./connections";
import { chartSoftware, MysqlRelease, type TargetRights, valuesWithRights } from "./mysql-release";
import { keepsTarget, type Platform, type Surroundings, type TargetServer } from "./platform";

/** Where mysqld listens in every pod, and every Service of the chart. */
const MYSQL_PORT = 3306;

export interface KubernetesSecrets extends MigrationSecrets {
  /** How commands are run on the source's host. */
  readonly sourceHostAccess: pulumi.Output<HostOptions>;
  /** YAML text. */
  readonly kubeconfig: pulumi.Output<string>;
}

/** A source on any host that commands can be run on, and a target in a pod of a Kubernetes cluster. */
export class KubernetesPlatform implements Platform {
  readonly sourceHost: pulumi.Output<HostOptions>;
  readonly source: pulumi.Output<ConnectionOptions>;
  /** Its accounts are the source's, which came with the data. */
  readonly target: pulumi.Output<ConnectionOptions>;
  readonly targetSoftware: TargetSoftware;
  readonly checkpointFile: string;
  readonly reprovision =
    "another gtid-ferry:backupTrigger and `pulumi up`, then delete the target's volume claim and its pod, which restores the new backup, and `pulumi up` again";

  constructor(
    private readonly configuration: KubernetesConfiguration,
    private readonly secrets: KubernetesSecrets,
  ) {
    this.sourceHost = secrets.sourceHostAccess;
    const via = this.sourceHost.apply((host) => sourceVia(configuration, host));
    this.source = sourceConnection(configuration, secrets.sourcePassword, via);
    this.target = this.podConnection(0);
    this.targetSoftware = chartSoftware(configuration.chartValues);
    this.checkpointFile = join(configuration.verificationDirectory, `${configuration.database}.json`);
  }

  replicationAddresses(password: pulumi.Input<string>) {
    const { configuration } = this;
    const source = configuration.sourceHostForTarget ?? configuration.sourceHost;
    // Before the cutover nobody replicates from it, so its load balancer need not have an address yet.
    const target = configuration.targetHostForSource ?? targetService(configuration);
    return {
      source: replicationAddress(configuration, password, source, configuration.sourcePort),
      target: replicationAddress(configuration, password, target, MYSQL_PORT),
    };
  }

  declareSurroundings(parent: pulumi.Resource, preparation: SourcePreparation | undefined): Surroundings {
    const rights = {};
    if (preparation === undefined) return { needed: [], outputs: {}, rights };
    const access = this.checkAccess(parent, rights, [preparation]);
    return { needed: [access.check], outputs: { access: access.request }, rights };
  }

  /** That the pods will get at what they need, found out before there is any. */
  protected checkAccess(parent: pulumi.Resource, rights: TargetRights, needed: readonly pulumi.Resource[]) {
    const { configuration, secrets } = this;
    const { database, backupBucket: bucket, backupRegion: region, backupEndpoint: endpoint } = configuration;
    const args = {
      cluster: pulumi.secret({ ...this.cluster(), namespace: configuration.kubeNamespace }),
      release: database,
      chartValues: valuesWithRights(configuration.chartValues, rights),
      database,
      bucket: {
        bucket,
        region,
        ...(endpoint === undefined ? {} : { endpoint }),
        keyPrefix: configuration.backupKeyPrefix,
      },
      ...(configuration.backupAccessKeyId === undefined
        ? {}
        : {
            podLogin: pulumi.secret({
              accessKeyId: configuration.backupAccessKeyId,
              secretAccessKey: secrets.backupSecretAccessKey,
            }),
          }),
      writer: objectStorage(configuration, secrets),
      source: {
        host: configuration.sourceHostForTarget ?? configuration.sourceHost,
        port: configuration.sourcePort,
      },
      ...(configuration.platform === "aws" && configuration.vault !== undefined
        ? { vault: vaultAddress(configuration.vault) }
        : {}),
      startTimeoutSeconds: configuration.targetStartTimeoutSeconds,
    };
    const check = new AccessCheck(`${database}-access`, args, { parent, dependsOn: [...needed] });
    return { check, request: pulumi.secret(args) };
  }

  private cluster() {
    const { kubeContext: context } = this.configuration;
    return { kubeconfig: this.secrets.kubeconfig, ...(context === undefined ? {} : { context }) };
  }

  /** Through the cluster's API. */
  private podConnection(ordinal: number): pulumi.Output<ConnectionOptions> {
    const { configuration } = this;
    const { database, kubeNamespace: namespace } = configuration;
    const via = { kind: "port-forward" as const, ...this.cluster(), namespace, pod: `${database}-${ordinal}` };
    return pulumi.secret(
      this.source.apply(({ user, password }) => ({
        host: targetService(configuration),
        port: MYSQL_PORT,
        user,
        password,
        tls: { mode: "required" as const },
        via,
      })),
    );
  }

  private declareServer(
    parent: pulumi.Resource,
    name: string,
    ordinal: number,
    connection: pulumi.Output<ConnectionOptions>,
    backup: BackupRun | undefined,
    release: MysqlRelease,
  ): PodServer {
    const { configuration } = this;
    const { database, kubeNamespace: namespace } = configuration;
    return new PodServer(
      `${database}-${name}`,
      {
        target: connection,
        source: this.source,
        place: pulumi.secret({ ...this.cluster(), namespace, statefulSet: database, ordinal }),
        ...(backup === undefined ? {} : { manifest: backup.manifest }),
        restoreTimeoutSeconds: configuration.backupTimeoutSeconds,
        startTimeoutSeconds: configuration.targetStartTimeoutSeconds,
        keepsRelease: keepsTarget(configuration),
      },
      { parent, dependsOn: [release] },
    );
  }

  runTarget(parent: pulumi.Resource, backup: BackupRun | undefined, rights: TargetRights): TargetServer {
    const { configuration, secrets } = this;
    const { database, kubeNamespace: namespace, backupAccessKeyId, backupEndpoint } = configuration;
    const keepsRelease = keepsTarget(configuration);
    const provider = clusterProvider(`${database}-cluster`, { ...this.cluster(), namespace, database }, { parent });
    const release = new MysqlRelease(
      `${database}-release`,
      {
        provider,
        cluster: this.cluster(),
        releaseName: database,
        namespace,
        database,
        channel: CHANNEL,
        serverIdBase: configuration.targetServerId,
        chartValues: configuration.chartValues,
        pods: 1 + configuration.replicas.length,
        ...(backup === undefined
          ? {}
          : {
              backup: {
                bucket: configuration.backupBucket,
                region: configuration.backupRegion,
                ...(backupEndpoint === undefined ? {} : { endpoint: backupEndpoint }),
                manifestKey: backup.manifestKey,
              },
            }),
        ...(backupAccessKeyId === undefined
          ? {}
          : { accessKey: { id: backupAccessKeyId, secret: secrets.backupSecretAccessKey } }),
        ...rights,
        keepsRelease,
      },
      { parent },
    );
    const server = this.declareServer(parent, "target", 0, this.target, backup, release);
    const replicas = configuration.replicas.map(({ name }, index) => {
      const ordinal = index + 1;
      const connection = this.podConnection(ordinal);
      const replica = this.declareServer(parent, name, ordinal, connection, backup, release);
      const host = `${database}-${ordinal}.${database}-pods.${namespace}.svc`;
      const address = (password: pulumi.Input<string>) => replicationAddress(configuration, password, host, MYSQL_PORT);
      return { name, connection, address, server: replica, serverUuid: replica.serverUuid };
    });
    return {
      serverUuid: server.serverUuid,
      restoredGtidSet: server.restoredGtidSet,
      // The Service comes with the release.
      routes: [release.release.id.apply(() => primaryService(configuration)), ...configuration.trafficRoutes],
      replicas,
      outputs: {
        targetPod: `${namespace}/${database}-0`,
        targetService: `${database}.${namespace}.svc:${MYSQL_PORT}`,
        targetUuid: server.serverUuid,
        targetVersion: server.version,
        restoreSeconds: server.restoreSeconds,
      },
    };
  }
}

function vaultAddress({ address, audience, namespace, caCertFile }: NonNullable<AwsConfiguration["vault"]>) {
  return {
    address,
    ...(audience === undefined ? {} : { audience }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(caCertFile === undefined ? {} : { caCertFile }),
  };
}

/** The chart's Service that leads to the first pod, whatever its role. */
function targetService({ database, kubeNamespace }: KubernetesConfiguration): string {
  return `${database}-target.${kubeNamespace}.svc`;
}

/** The chart's Service that applications use: to the source's address, and from the cutover on to the target's pod. */
function primaryService(configuration: KubernetesConfiguration): RouteOptions {
  const { database, kubeNamespace, kubeconfigPath, kubeContext } = configuration;
  const selector = {
    "app.kubernetes.io/instance": database,
    "statefulset.kubernetes.io/pod-name": `${database}-0`,
  };
  return {
    kind: "kubernetes",
    ...(kubeconfigPath === undefined ? {} : { kubeconfigPath }),
    ...(kubeContext === undefined ? {} : { context: kubeContext }),
    namespace: kubeNamespace,
    service: database,
    portName: "mysql",
    endpoints: {
      source: {
        addresses: [configuration.sourceHostForTarget ?? configuration.sourceHost],
        port: configuration.sourcePort,
      },
      target: { selector },
    },
    timeoutSeconds: 5,
  };
}

function sourceVia({ sourceVia }: KubernetesConfiguration, host: HostOptions) {
  if (sourceVia === "direct") return { kind: "direct" as const };
  if (host.kind !== "ssh") {
    throw new pulumi.RunError("gtid-ferry:sourceVia is ssh, so gtid-ferry:sourceHostAccess has to be of kind ssh too");
  }
  const { kind, ...ssh } = host;
  return { kind, ssh };
}
