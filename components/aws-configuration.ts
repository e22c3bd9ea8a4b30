import { z } from "zod";
import { awsAccountSchema } from "./aws-account";
import { databaseName, kmsKeyArn, oidcProviderArn, overlapping, partition, roleArn, roleName } from "./aws-arguments";
import { irsaRoleName } from "./aws-names";
import { flag, json, optional, optionalJson, text } from "./configuration-values";
import { xtrabackupSeries } from "./source-host";
import { mount, vaultPlaceShape } from "./vault-access-args";
import { networkSchema } from "./vpc-peering";

/** The source's port is `sourcePort`, and in the cluster it is always MySQL's own. */
const network = networkSchema.omit({ port: true });

const vault = z.strictObject({
  /** Of Vault Enterprise. */
  namespace: text.exactOptional(),
  /** On this machine, PEM. */
  caCertFile: text.exactOptional(),
  ...vaultPlaceShape,
  /** A login that can only write the secret; its password is the stack's `vaultWriterPassword`. */
  writer: z.strictObject({ userpassMount: mount.exactOptional() }).exactOptional(),
  newMounts: z
    .strictObject({
      kv: z.boolean().exactOptional(),
      userpass: z.boolean().exactOptional(),
      kubernetes: z.strictObject({ host: text, caCertificate: text }).exactOptional(),
    })
    .exactOptional(),
});

/** Keys of platform `aws` beside those of a target in any cluster. */
export const awsShape = {
  awsPartition: partition,
  sourceAccount: json.pipe(awsAccountSchema),
  clusterAccount: json.pipe(awsAccountSchema),
  sourceNetwork: optionalJson(network),
  clusterNetwork: optionalJson(network),
  peeringConnectionId: optional,
  backupBucketExists: flag,
  backupBucketKept: flag,
  backupExpiryDays: z.coerce.number().int().min(1).max(3650),
  backupKmsKeyArn: optional.pipe(kmsKeyArn.optional()),
  backupReader: z.enum(["role", "account"]),
  sourceRoleName: roleName,
  sourceTools: z.enum(["install", "check", "leave"]),
  xtrabackupSeries: optional.pipe(xtrabackupSeries.optional()),
  oidcProviderArn,
  targetRoleName: optional.pipe(roleName.optional()),
  targetRoleArn: optional.pipe(roleArn.optional()),
  vault: optionalJson(vault),
};

const shape = z.object({
  database: databaseName,
  backupRegion: text,
  backupMethod: z.enum(["xtrabackup", "clone"]),
  backupContainer: z.unknown().optional(),
  ...awsShape,
});
type AwsValues = z.output<typeof shape>;
type Key = keyof AwsValues;

/** What keys cannot show each by itself. */
export interface AwsRule {
  /** Those that it looks at; it says nothing where one of them is wrong already. */
  readonly keys: readonly Key[];
  /** Which is to be corrected, and where within it. */
  readonly path: readonly [Key, ...string[]];
  /** What is wrong; undefined if nothing is. */
  find(values: AwsValues): string | undefined;
}

const NETWORKS = ["sourceNetwork", "clusterNetwork"] as const;

export const awsRules: readonly AwsRule[] = [
  ...NETWORKS.map((network): AwsRule => {
    const other = network === "sourceNetwork" ? "clusterNetwork" : "sourceNetwork";
    return {
      keys: NETWORKS,
      path: [network],
      find: (values) =>
        values[network] === undefined && values[other] !== undefined
          ? "wanted both networks, or none where they are connected already"
          : undefined,
    };
  }),
  ...NETWORKS.flatMap((network) =>
    (["routeTableIds", "securityGroupIds"] as const).map(
      (list): AwsRule => ({
        keys: [network, "peeringConnectionId"],
        path: [network, list],
        find: (values) =>
          values[network]?.[list].length === 0 && values.peeringConnectionId === undefined
            ? "wanted at least one for a new connection"
            : undefined,
      }),
    ),
  ),
  {
    keys: NETWORKS,
    path: ["sourceNetwork", "cidrBlocks"],
    find: ({ sourceNetwork, clusterNetwork }) => {
      const overlaps = (sourceNetwork?.cidrBlocks ?? []).flatMap((own) =>
        (clusterNetwork?.cidrBlocks ?? [])
          .filter((peer) => overlapping(own, peer))
          .map((peer) => `${own} of the source overlaps with ${peer} of the cluster`),
      );
      return overlaps.length === 0 ? undefined : `${overlaps.join(", ")}; networks that overlap cannot be peered`;
    },
  },
  {
    keys: ["peeringConnectionId", "sourceNetwork"],
    path: ["peeringConnectionId"],
    find: ({ peeringConnectionId, sourceNetwork }) =>
      peeringConnectionId !== undefined && sourceNetwork === undefined
        ? "wanted sourceNetwork and clusterNetwork too: routes and rules go there"
        : undefined,
  },
  {
    keys: ["oidcProviderArn", "awsPartition", "clusterAccount"],
    path: ["oidcProviderArn"],
    find: ({ oidcProviderArn, awsPartition, clusterAccount: { accountId } }) =>
      oidcProviderArn.startsWith(`arn:${awsPartition}:iam::${accountId}:`)
        ? undefined
        : `wanted a provider of clusterAccount, ${accountId}, in partition ${awsPartition}`,
  },
  {
    keys: ["targetRoleName", "database"],
    path: ["targetRoleName"],
    find: ({ targetRoleName, database }) =>
      targetRoleName === undefined && !roleName.safeParse(irsaRoleName(database)).success
        ? "wanted a name of your own: made of the database's, it is longer than 64 characters"
        : undefined,
  },
  {
    keys: ["xtrabackupSeries", "backupMethod", "backupContainer", "sourceTools"],
    path: ["xtrabackupSeries"],
    find: ({ xtrabackupSeries: series, backupMethod, backupContainer, sourceTools }) =>
      series === undefined && backupMethod === "xtrabackup" && backupContainer === undefined && sourceTools !== "leave"
        ? `wanted the series of the source's server, ${xtrabackupSeries.options.join(", ")}, to see that the host has its XtraBackup`
        : undefined,
  },
  {
    keys: ["backupRegion", "backupBucketExists", "sourceAccount"],
    path: ["backupRegion"],
    find: ({ backupRegion, backupBucketExists, sourceAccount: { region } }) =>
      backupBucketExists || backupRegion === region
        ? undefined
        : `wanted sourceAccount's region, ${region}: the bucket is made there`,
  },
];
