import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, it } from "vitest";
import { awsAccount } from "../../../components/aws-account.js";
import { BackupBucket } from "../../../components/backup-bucket.js";
import { IrsaRole } from "../../../components/irsa-role.js";
import { SourceUploadAccess } from "../../../components/source-upload-access.js";
import { VpcPeering } from "../../../components/vpc-peering.js";
import { mockPulumi, recordedResources, recording } from "../helpers/recorded-resources.js";

beforeAll(() => mockPulumi(() => ({}), { isPreview: true }));

it("shows all that will be there in the first preview, where no id and no ARN is known", async () => {
  const place = { database: "shop", bucket: "backups", keyPrefix: "gtid-ferry" };
  const accountA = awsAccount("account-a", { accountId: "111111111111", region: "eu-central-1" });
  const accountB = awsAccount("account-b", { accountId: "222222222222", region: "eu-west-1" });
  const network = (digit: string, block: string) => ({
    vpcId: `vpc-0000000${digit}`,
    cidrBlocks: [block],
    routeTableIds: [`rtb-0000000${digit}`],
    securityGroupIds: [`sg-0000000${digit}`],
  });
  const { connectionId } = new VpcPeering(
    "peering",
    {
      providers: { source: accountA, cluster: accountB },
      database: "shop",
      source: network("a", "10.20.0.0/16"),
      cluster: { ...network("b", "10.10.0.0/16"), accountId: "222222222222", region: "eu-west-1" },
    },
    recording,
  );
  const oidcProviderArn = "arn:aws:iam::222222222222:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC123";
  const pods = { oidcProviderArn, namespace: "databases", serviceAccount: "shop" };
  const { roleArn } = new IrsaRole("irsa", { ...place, ...pods, provider: accountB }, recording);
  const bucketArgs = { ...place, provider: accountA, readerArn: roleArn, keepsBackups: true };
  const { bucket } = new BackupBucket("backups", bucketArgs, recording);
  const uploadArgs = { ...place, provider: accountA, roleName: "mysql-host" };
  const { roleName } = new SourceUploadAccess("upload", uploadArgs, recording);

  const known: unknown[] = [];
  pulumi.output([connectionId, roleArn, bucket, roleName]).apply((values) => known.push(values));
  expect((await recordedResources()).map(({ name, provider }) => `${name} by ${provider}`)).toEqual([
    "backups by undefined",
    "backups-bucket by account-a",
    "backups-encryption by account-a",
    "backups-lifecycle by account-a",
    "backups-ownership by account-a",
    "backups-policy by account-a",
    "backups-public-access by account-a",
    "backups-versioning by account-a",
    "irsa by undefined",
    "irsa-read-backups by account-b",
    "irsa-role by account-b",
    "peering by undefined",
    "peering-acceptance by account-b",
    "peering-cluster-mysql-sg-0000000b-10.20.0.0/16 by account-b",
    "peering-cluster-options by account-b",
    "peering-cluster-route-rtb-0000000b-10.20.0.0/16 by account-b",
    "peering-request by account-a",
    "peering-source-mysql-sg-0000000a-10.10.0.0/16 by account-a",
    "peering-source-options by account-a",
    "peering-source-route-rtb-0000000a-10.10.0.0/16 by account-a",
    "upload by undefined",
    "upload-upload-backups by account-a",
  ]);
  expect(known).toEqual([]);
});
