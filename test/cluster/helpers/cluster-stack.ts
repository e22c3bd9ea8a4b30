import { randomBytes, randomInt } from "node:crypto";
import { join } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { type Cluster, MYSQL_IMAGE } from "../../../lab/cluster/index.js";
import { ADMINISTRATOR } from "../../../lab/defaults.js";
import { type SourceHost, startSourceHost } from "../../../lab/source-host.js";
import { makeTestProject, type TestProject } from "../../../lab/test-project.js";
import { makeTestDirectory, removeTestDirectory, startTestS3 } from "../../../lab/testing.js";
import { paths } from "../../../toolchain/paths.js";
import { ensureKubernetesPlugin } from "../../../toolchain/pulumi-kubernetes.js";
import { makePluginDirectory } from "../../helpers/plugin-directory.js";
import { type RecordedCall, readRecordedCalls } from "../../helpers/recorded-calls.js";
import { type CloudParts, startCloudParts } from "./cloud-parts.js";
import { Relay } from "./relay.js";

/**
 * The project's own program on platform kubernetes: from a source behind SSH, on a host of its own, into a cluster, by
 * Pulumi's official Kubernetes plugin. Other plugins are stand-ins.
 */
export interface ClusterStack extends TestProject {
  readonly source: SourceHost;
  readonly directory: string;
  readonly database: string;
  /** Of platform aws. */
  readonly parts?: CloudParts;
  /** What the stand-ins were asked for. */
  pluginCalls(): Promise<readonly RecordedCall[]>;
  /** Makes a volume for the claim of the target's pod of this number; the first pod has one from the beginning. */
  makeVolume(ordinal: number): Promise<void>;
  /** Names of what the program has made in AWS and not taken away again, sorted. */
  madeInAws(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Where the source's host has what is not on its PATH. */
export const BACKUP_TOOLS = { mysql: join(paths.mysqlBin, "mysql"), aws: join(paths.bin, "aws") };

export interface ClusterStackOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly database: string;
  /** Whether it is of platform aws, with two accounts and Vault around the cluster. */
  readonly hasCloud?: boolean;
}

export async function startClusterStack({
  cluster,
  namespace,
  database,
  hasCloud = false,
}: ClusterStackOptions): Promise<ClusterStack> {
  const directory = await makeTestDirectory(`cluster-stack-${database}`);
  const kubernetesPlugin = await ensureKubernetesPlugin(silent);
  const source = await startSourceHost({ directory: join(directory, "source"), admit: [cluster.addresses.name] });
  const s3 = await startTestS3();
  const relay = await Relay.start(cluster.addresses.hostAddress, Number(new URL(s3.endpoint).port));
  const makeVolume = (ordinal: number) => {
    const claim = { namespace, name: `data-${database}-${ordinal}` };
    return cluster.makeVolume({ name: `${namespace}-${ordinal}-${randomBytes(3).toString("hex")}`, claim });
  };
  await makeVolume(0);
  const parts = hasCloud ? await startCloudParts({ directory, database, s3, cluster, namespace }) : undefined;
  const record = join(directory, "plugin-calls");
  const stack = await makeTestProject({
    directory,
    configuration: {
      plain: [
        "platform=kubernetes",
        `database=${database}`,
        `sourceHost=${source.address}`,
        `sourcePort=${source.mysqld.port}`,
        "sourceVia=ssh",
        `sourceUser=${ADMINISTRATOR.user}`,
        "consistencyWatchSeconds=1",
        "stepTimeoutSeconds=30",
        "replicationHost=10.%",
        "replicationStartTimeoutSeconds=60",
        "backupMethod=clone",
        `backupBucket=${s3.bucket}`,
        `backupRegion=${s3.region}`,
        `backupEndpoint=http://${cluster.addresses.hostAddress}:${relay.port}`,
        `backupAccessKeyId=${s3.accessKeyId}`,
        `backupDirectory=${join(directory, "backup")}`,
        "backupTimeoutSeconds=120",
        `backupTools=${JSON.stringify(BACKUP_TOOLS)}`,
        `mysqlBinDirectory=${paths.mysqlBin}`,
        `kubeconfigPath=${cluster.kubeconfig}`,
        `kubeNamespace=${namespace}`,
        `chartValues=${JSON.stringify(chartValues(source.address))}`,
        `targetServerId=${randomInt(1, 2 ** 31)}`,
        "targetStartTimeoutSeconds=120",
        `verificationDirectory=${join(directory, "verification")}`,
        ...(parts?.configuration.plain ?? []),
      ],
      secret: [
        `sourcePassword=${ADMINISTRATOR.password}`,
        `sourceHostAccess=${JSON.stringify({ kind: "ssh", ...source.ssh })}`,
        `backupSecretAccessKey=${s3.secretAccessKey}`,
        ...(parts?.configuration.secret ?? []),
      ],
    },
    pathDirectories: [
      await makePluginDirectory(directory, hasCloud ? ["aws", "command", "vault"] : []),
      kubernetesPlugin.binDirectory,
    ],
    environment: {
      GTID_FERRY_PLUGIN_RECORD: record,
      ...parts?.environment,
    },
  });
  const pluginCalls = () => readRecordedCalls(record);
  return {
    ...stack,
    source,
    directory,
    database,
    ...(parts === undefined ? {} : { parts }),
    makeVolume,
    pluginCalls,
    madeInAws: async () => leftInAws(await pluginCalls()),
    stop: async () => {
      await relay.stop();
      await Promise.all([source.stop(), s3.stop(), parts?.stop()]);
      await removeTestDirectory(directory);
    },
  };
}

function leftInAws(calls: readonly RecordedCall[]): string[] {
  const left = new Set<string>();
  for (const { call, type, name } of calls) {
    if (!type.startsWith("aws:")) continue;
    if (call === "create") left.add(name);
    if (call === "delete") left.delete(name);
  }
  return [...left].sort();
}

/** What a user of a small cluster would choose. */
function chartValues(sourceAddress: string) {
  const [repository, tag] = MYSQL_IMAGE.split(/:(?=[^:]*$)/);
  return {
    image: { repository, tag },
    restore: { resources: { requests: { cpu: "50m", memory: "64Mi" } } },
    mysql: {
      bufferPoolSize: "64M",
      resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "1Gi" } },
    },
    persistence: { size: "1Gi" },
    networkPolicy: { clients: [{ podSelector: {} }, { ipBlock: { cidr: `${sourceAddress}/32` } }] },
  };
}
