import { z } from "zod";
import { awsAccountSchema } from "./aws-account";
import { databaseName, overlapping, partition, roleArn, roleName } from "./aws-arguments";
import { irsaRoleName } from "./aws-names";
import { flag, json, optional, optionalJson, text } from "./configuration-values";
import { mount, vaultPlaceShape } from "./vault-access-args";
import { networkSchema } from "./vpc-peering";

const arn = (kind: string, rule: RegExp) => z.string().regex(rule, { error: `wanted the ARN of ${kind}` });

const vault = z.strictObject({
  address: z.string().regex(/^https?:\/\/[^/\s]+$/, { error: "wanted https://HOST:PORT" }),
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
  sourceNetwork: optionalJson(networkSchema),
  clusterNetwork: optionalJson(networkSchema),
  peeringConnectionId: optional,
  backupBucketExists: flag,
  backupBucketKept: flag,
  backupExpiryDays: z.coerce.number().int().min(1).max(3650),
  backupKmsKeyArn: optional.pipe(arn("a key of KMS", /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/).optional()),
  backupReader: z.enum(["role", "account"]),
  sourceRoleName: roleName,
  installSourceTools: flag,
  oidcProviderArn: arn(
    "an OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/ISSUER",
    /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/[\w.-]+(\/[\w.-]+)*$/,
  ),
  targetRoleName: optional.pipe(roleName.optional()),
  targetRoleArn: optional.pipe(roleArn.optional()),
  vault: optionalJson(vault),
};

const shape = z.object({ database: databaseName, backupRegion: text, ...awsShape });

/** What one key by itself cannot show. */
export function findAwsMistakes(values: z.output<typeof shape>): { readonly key: string[]; readonly error: string }[] {
  const { sourceAccount, clusterAccount, sourceNetwork, clusterNetwork, peeringConnectionId } = values;
  const mistakes: { key: string[]; error: string }[] = [];
  const mistake = (key: string, error: string, ...within: string[]) => mistakes.push({ key: [key, ...within], error });

  if ((sourceNetwork === undefined) !== (clusterNetwork === undefined)) {
    const missing = sourceNetwork === undefined ? "sourceNetwork" : "clusterNetwork";
    mistake(missing, "wanted both networks, or none where they are connected already");
  }
  if (peeringConnectionId !== undefined && sourceNetwork === undefined) {
    mistake("peeringConnectionId", "wanted sourceNetwork and clusterNetwork too: routes and rules go there");
  }
  for (const own of sourceNetwork?.cidrBlocks ?? []) {
    for (const peer of clusterNetwork?.cidrBlocks.filter((block) => overlapping(own, block)) ?? []) {
      const error = `${own} of the source overlaps with ${peer} of the cluster; networks that overlap cannot be peered`;
      mistake("sourceNetwork", error, "cidrBlocks");
    }
  }
  for (const [key, network] of Object.entries({ sourceNetwork, clusterNetwork })) {
    for (const list of ["routeTableIds", "securityGroupIds"] as const) {
      if (network === undefined || network[list].length > 0 || peeringConnectionId !== undefined) continue;
      mistake(key, "wanted at least one for a new connection", list);
    }
  }
  if (!values.oidcProviderArn.startsWith(`arn:${values.awsPartition}:iam::${clusterAccount.accountId}:`)) {
    mistake("oidcProviderArn", `wanted a provider of clusterAccount, ${clusterAccount.accountId}`);
  }
  if (values.targetRoleName === undefined && !roleName.safeParse(irsaRoleName(values.database)).success) {
    mistake("targetRoleName", "wanted a name of your own: made of the database's, it is longer than 64 characters");
  }
  if (!values.backupBucketExists && values.backupRegion !== sourceAccount.region) {
    mistake("backupRegion", `wanted sourceAccount's region, ${sourceAccount.region}: the bucket is made there`);
  }
  return mistakes;
}
