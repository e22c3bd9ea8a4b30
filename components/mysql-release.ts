import type { TargetSoftware } from "@gtid-ferry/engine/preparation";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { RecordedRelease } from "../dynamic-providers/recorded-release";
import { ReleaseClaim } from "../dynamic-providers/release-claim";
import { chartDigest } from "./chart-digest";
import { checkArguments } from "./check-arguments";
import type { ChartVaultCredentials } from "./vault-access";

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, {
  error: "wanted lower-case letters, digits and dashes",
});

/** Keys of the chart that the migration itself sets. */
const OWN_VALUES = [
  "fullnameOverride",
  "database",
  "replicas",
  "backup",
  "release",
  "mysql.serverIdBase",
  "mysql.channel",
] as const;

const placeSchema = z.object({
  // The StatefulSet has the same name, and its pods' names have to fit into a label.
  releaseName: label.max(50),
  namespace: label.max(63),
  // Its pods have the numbers after it.
  serverIdBase: z.number().int().min(1).max(4_294_960_000),
  /** The target's and those of more replicas. */
  pods: z.number().int().min(1),
  chartValues: z.record(z.string(), z.unknown()).superRefine((values, context) => {
    for (const own of OWN_VALUES) {
      if (own.split(".").reduce<unknown>(memberOf, values) === undefined) continue;
      context.addIssue({ code: "custom", message: `${own} is set by the migration itself; leave it out` });
    }
  }),
});

/** What the pods are allowed to beside their own namespace. */
export interface TargetRights {
  /** IAM role of the service account, which reads the backup. */
  readonly roleArn?: pulumi.Input<string>;
  /** The chart's value `credentials`, where the pods take them from Vault; an `accessKey` wins over it. */
  readonly vaultCredentials?: pulumi.Input<ChartVaultCredentials>;
}

export interface MysqlReleaseArgs extends z.input<typeof placeSchema>, TargetRights {
  readonly provider: kubernetes.Provider;
  /** How the cluster is reached beside that. */
  readonly cluster: { readonly kubeconfig: pulumi.Input<string>; readonly context?: string };
  /** Name of the database in the backup's keys. */
  readonly database: string;
  /** Name of the replication channel, which a restarted pod goes on with. */
  readonly channel: string;
  /** Where the backup is; absent in phase finalize, where it is gone and the release keeps what it has. */
  readonly backup?: {
    readonly bucket: string;
    readonly region: string;
    readonly endpoint?: string;
    readonly manifestKey: pulumi.Input<string>;
  };
  /** Login to the bucket, for clusters whose service accounts have none of their own. */
  readonly accessKey?: { readonly id: string; readonly secret: pulumi.Input<string> };
  /** Whether the release outlives this resource. */
  readonly keepsRelease: boolean;
}

/** The chart's release: the target's StatefulSet with its Services, volume and rules. */
export class MysqlRelease extends pulumi.ComponentResource {
  readonly release: kubernetes.helm.v3.Release;

  constructor(name: string, args: MysqlReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gtid-ferry:index:MysqlRelease", name, {}, opts);
    const { releaseName, namespace, serverIdBase, pods, chartValues } = checkArguments(
      `the release ${name}`,
      placeSchema,
      args,
    );
    const { provider, cluster, accessKey, keepsRelease } = args;
    const child = { parent: this, provider, retainOnDelete: keepsRelease };
    const credentials = accessKey && credentialsSecret(releaseName, namespace, accessKey, child);
    const place = pulumi.secret({ ...cluster, namespace, release: releaseName });
    const claim = new ReleaseClaim(
      `${releaseName}-claim`,
      {
        place,
        keepsRelease,
        rights: { roleArn: args.roleArn ?? "", vault: args.vaultCredentials ?? {} },
      },
      { parent: this, dependsOn: credentials === undefined ? [] : [credentials] },
    );
    const values = {
      ...valuesWithRights(chartValues, args),
      ...(credentials === undefined
        ? {}
        : { credentials: { source: "secret", secretName: credentials.metadata.name } }),
      fullnameOverride: releaseName,
      database: args.database,
      replicas: pods,
      release: { owner: claim.owner, chart: chartDigest() },
      mysql: { ...asRecord(chartValues.mysql), serverIdBase, channel: args.channel },
      ...(args.backup === undefined ? {} : { backup: args.backup }),
    };
    this.release = new kubernetes.helm.v3.Release(
      releaseName,
      {
        name: releaseName,
        namespace,
        chart: "./chart",
        values,
        // The restore may take hours; whoever follows the pod shows its progress. The claim waits for the end of the pods.
        skipAwait: true,
        // Helm takes a name again whose last revision failed, which is what the claim makes of one that was left behind.
        replace: true,
      },
      {
        ...child,
        ...(args.backup === undefined ? { ignoreChanges: ["values.backup"] } : {}),
      },
    );
    new RecordedRelease(
      `${releaseName}-recorded`,
      { place, releaseId: this.release.id },
      { parent: this, dependsOn: [this.release] },
    );
    this.registerOutputs({ release: this.release.name });
  }
}

/** The chart's values as far as who the pods are and what they log in with depends on them. */
export function valuesWithRights(
  chartValues: Readonly<Record<string, unknown>>,
  { roleArn, vaultCredentials }: TargetRights,
) {
  return {
    ...chartValues,
    ...(vaultCredentials === undefined
      ? {}
      : { credentials: pulumi.output(vaultCredentials).apply((own) => withUsersVault(own, chartValues)) }),
    ...(roleArn === undefined ? {} : { serviceAccount: { ...asRecord(chartValues.serviceAccount), roleArn } }),
  };
}

/** What a user wants of Vault's agent beside that stays, and wins. */
function withUsersVault({ vault, ...own }: ChartVaultCredentials, chartValues: Readonly<Record<string, unknown>>) {
  const users = asRecord(asRecord(chartValues.credentials).vault);
  return {
    ...own,
    vault: { ...users, ...vault, annotations: { ...vault.annotations, ...asRecord(users.annotations) } },
  };
}

/** The chart's own choice (chart/values.yaml). */
const DEFAULT_REPOSITORY = "docker.io/library/mysql";

/** What the chart's pods will run. */
export function chartSoftware({ image, mysql, tls }: Readonly<Record<string, unknown>>): TargetSoftware {
  const { repository, tag } = asRecord(image);
  return {
    image: `${repository ?? DEFAULT_REPOSITORY}:${tag ?? ""}`,
    requiresTls: asRecord(tls).required !== false,
    settings: asRecord(asRecord(mysql).settings),
  };
}

function credentialsSecret(
  releaseName: string,
  namespace: string,
  { id, secret }: NonNullable<MysqlReleaseArgs["accessKey"]>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  const name = `${releaseName}-backup-login`;
  const stringData = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
  return new kubernetes.core.v1.Secret(
    name,
    { metadata: { name, namespace }, stringData: pulumi.secret(stringData) },
    opts,
  );
}

function memberOf(value: unknown, key: string): unknown {
  return asRecord(value)[key];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
