import * as pulumi from "@pulumi/pulumi";
import { awsAccount } from "../../../../components/aws-account";
import { BackupBucket } from "../../../../components/backup-bucket";
import { IrsaRole } from "../../../../components/irsa-role";
import { SourceUploadAccess } from "../../../../components/source-upload-access";
import { VpcPeering } from "../../../../components/vpc-peering";
import { BACKUP_PLACE, CLUSTER, CLUSTER_NETWORK, DATABASE, SOURCE, SOURCE_NETWORK, SOURCE_ROLE } from "./place";

const source = awsAccount("source", { accountId: SOURCE.account, region: SOURCE.region, profile: SOURCE.profile });
const cluster = awsAccount("cluster", {
  accountId: CLUSTER.account,
  region: CLUSTER.region,
  roleArn: CLUSTER.roleArn,
});

const peering = new VpcPeering("peering", {
  providers: { source, cluster },
  database: DATABASE,
  source: SOURCE_NETWORK,
  cluster: { ...CLUSTER_NETWORK, accountId: CLUSTER.account, region: CLUSTER.region },
});
const role = new IrsaRole("irsa", {
  ...BACKUP_PLACE,
  provider: cluster,
  oidcProviderArn: `arn:aws:iam::${CLUSTER.account}:oidc-provider/oidc.example.org/id/1`,
  namespace: "databases",
  serviceAccount: DATABASE,
});
const backups = new BackupBucket("backups", {
  ...BACKUP_PLACE,
  provider: source,
  keepsBackups: false,
  readerArn: role.roleArn,
  expiryDays: new pulumi.Config().requireNumber("backupExpiryDays"),
});
const upload = new SourceUploadAccess("upload", { ...BACKUP_PLACE, provider: source, roleName: SOURCE_ROLE });

export const connectionId = peering.connectionId;
export const roleArn = role.roleArn;
export const bucket = backups.bucket;
export const uploader = upload.roleName;
