import { readFile } from "node:fs/promises";
import { load } from "js-yaml";
import { z } from "zod";
import type { Cluster } from "../../../lab/cluster/index.js";
import { startTestVault, type TestS3 } from "../../../lab/testing.js";
import type { VaultClient } from "../../../lab/vault/index.js";
import { AwsCloud } from "../../helpers/aws-cloud.js";

/** The two accounts, by the profiles of their administrators. */
export const SOURCE_ACCOUNT = { account: "111111111111", profile: "account-a" } as const;
export const CLUSTER_ACCOUNT = { account: "222222222222", region: "eu-west-1", profile: "account-b" } as const;
export const WRITER_PASSWORD = "vault-writer-password";
export const OIDC_ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/ABC123";

/** What a stack of platform aws has beside one in any cluster: two accounts of AWS by a stand-in, and a real Vault. */
export interface CloudParts {
  readonly cloud: AwsCloud;
  readonly vault: VaultClient;
  /** The key `vault` once the mounts are there, which outlive a stack. */
  readonly vaultWithMounts: string;
  /** `key=value` each. */
  readonly configuration: { readonly plain: readonly string[]; readonly secret: readonly string[] };
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface CloudPartsOptions {
  readonly directory: string;
  readonly database: string;
  /** In which the program makes its bucket. */
  readonly s3: TestS3;
  readonly cluster: Cluster;
  readonly namespace: string;
}

export async function startCloudParts(options: CloudPartsOptions): Promise<CloudParts> {
  const { directory, database, s3, cluster, namespace } = options;
  const vault = await startTestVault({ host: cluster.addresses.hostAddress });
  const kubernetes = await apiOf(cluster);
  // Vault asks the cluster with the very token that logs in.
  const mayReview = ["clusterrolebinding", `${namespace}-reviews-tokens`];
  const delegator = ["--clusterrole=system:auth-delegator", `--serviceaccount=${namespace}:${database}`];
  await cluster.kubectl(["create", ...mayReview, ...delegator]);
  const { account, profile } = SOURCE_ACCOUNT;
  const cloud = new AwsCloud(directory, {
    profiles: { [profile]: account, [CLUSTER_ACCOUNT.profile]: CLUSTER_ACCOUNT.account },
    s3Endpoint: s3.endpoint,
  });
  const networks = { source: networkOf("a", "10.10.0.0/16"), cluster: networkOf("b", "10.20.0.0/16") };
  await cloud.addNetwork({ account, region: s3.region }, networks.source);
  await cloud.addNetwork(CLUSTER_ACCOUNT, networks.cluster);
  await cloud.addRole({ account, region: s3.region }, "mysql-host");
  const clusterAccount = {
    accountId: CLUSTER_ACCOUNT.account,
    region: CLUSTER_ACCOUNT.region,
    profile: CLUSTER_ACCOUNT.profile,
  };
  const vaultPlace = { address: vault.root.address, kubernetesMount: "kubernetes-lab", writer: {} };
  return {
    cloud,
    vault: vault.root,
    vaultWithMounts: JSON.stringify(vaultPlace),
    configuration: {
      plain: [
        "platform=aws",
        `sourceAccount=${JSON.stringify({ accountId: account, region: s3.region, profile })}`,
        `clusterAccount=${JSON.stringify(clusterAccount)}`,
        `sourceNetwork=${JSON.stringify(networks.source)}`,
        `clusterNetwork=${JSON.stringify(networks.cluster)}`,
        `backupBucket=dbmigration-${database}`,
        "backupBucketKept=false",
        "sourceRoleName=mysql-host",
        `oidcProviderArn=arn:aws:iam::${CLUSTER_ACCOUNT.account}:oidc-provider/${OIDC_ISSUER}`,
        `vault=${JSON.stringify({ ...vaultPlace, newMounts: { kv: true, userpass: true, kubernetes } })}`,
      ],
      secret: [`vaultToken=${vault.root.token}`, `vaultWriterPassword=${WRITER_PASSWORD}`],
    },
    environment: cloud.environment,
    stop: async () => {
      await cluster.kubectl(["delete", ...mayReview]);
      await vault.stop();
    },
  };
}

function networkOf(digit: string, cidrBlock: string) {
  const id = `0${digit}`.repeat(4);
  return {
    vpcId: `vpc-${id}`,
    cidrBlocks: [cidrBlock],
    routeTableIds: [`rtb-${id}`],
    securityGroupIds: [`sg-${id}`],
  };
}

const kubeconfig = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), "certificate-authority-data": z.base64() }) }),
  ]),
});

/** The API of the cluster, which Vault asks about tokens. */
async function apiOf(cluster: Cluster) {
  const { clusters } = kubeconfig.parse(load(await readFile(cluster.kubeconfig, "utf8")));
  const [{ cluster: api }] = clusters;
  const caCertificate = Buffer.from(api["certificate-authority-data"], "base64").toString();
  return { host: api.server, caCertificate };
}
