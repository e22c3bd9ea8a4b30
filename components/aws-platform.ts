import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import type { SourcePreparation } from "../dynamic-providers/source-preparation";
import { awsAccount } from "./aws-account";
import { BackupBucket } from "./backup-bucket";
import type { AwsConfiguration } from "./configuration";
import { IrsaRole } from "./irsa-role";
import { KubernetesPlatform, type KubernetesSecrets } from "./kubernetes-platform";
import { keepsTarget, type Surroundings } from "./platform";
import { SourceHost } from "./source-host";
import { SourceUploadAccess } from "./source-upload-access";
import { VaultAccess } from "./vault-access";
import { VpcPeering } from "./vpc-peering";

/**
 * The plugin works with a child token, by default of 20 minutes. It takes that at its first use of Vault, and what goes
 * there goes at the end of a run: after backup, restore and catch-up of hours.
 */
const VAULT_LEASE_SECONDS = 24 * 60 * 60;

export interface VaultSecrets {
  /** Empty for VAULT_TOKEN of the environment. */
  readonly vaultToken: pulumi.Input<string>;
  /** Empty where there is no writer. */
  readonly vaultWriterPassword: pulumi.Input<string>;
}

/** A source in one AWS account, and a target in a cluster of another one, with all that lies between them. */
export class AwsPlatform extends KubernetesPlatform {
  constructor(
    private readonly aws: AwsConfiguration,
    private readonly awsSecrets: KubernetesSecrets & VaultSecrets,
  ) {
    super(aws, awsSecrets);
  }

  override declareSurroundings(parent: pulumi.Resource, preparation: SourcePreparation | undefined): Surroundings {
    const { database, vault: vaultPlace } = this.aws;
    const vaultAccess = vaultPlace && this.declareVault(parent, vaultPlace, preparation);
    const logins = vaultAccess === undefined ? {} : { vaultCredentials: vaultAccess.chartCredentials };
    const loginOutputs = {
      ...(vaultAccess === undefined ? {} : { vaultRole: vaultAccess.chartCredentials.vault.role }),
      ...(vaultAccess?.writerLogin === undefined ? {} : { vaultWriterLogin: vaultAccess.writerLogin }),
    };
    if (preparation === undefined) return { needed: [], outputs: loginOutputs, rights: logins };
    const accounts = {
      source: awsAccount(`${database}-source-account`, this.aws.sourceAccount, { parent }),
      cluster: awsAccount(`${database}-cluster-account`, this.aws.clusterAccount, { parent }),
    };
    const peering = this.declarePeering(parent, accounts);
    const role = new IrsaRole(
      `${database}-role`,
      {
        ...this.backupPlace(),
        provider: accounts.cluster,
        oidcProviderArn: this.aws.oidcProviderArn,
        namespace: this.aws.kubeNamespace,
        serviceAccount: serviceAccountOf(this.aws),
        ...(this.aws.targetRoleName === undefined ? {} : { roleName: this.aws.targetRoleName }),
        ...(this.aws.targetRoleArn === undefined ? {} : { existingRoleArn: this.aws.targetRoleArn }),
      },
      { parent },
    );
    const bucket = new BackupBucket(
      `${database}-backups`,
      {
        ...this.backupPlace(),
        provider: accounts.source,
        existing: this.aws.backupBucketExists,
        keepsBackups: this.aws.backupBucketKept,
        expiryDays: this.aws.backupExpiryDays,
        readerArn: this.aws.backupReader === "role" ? role.roleArn : accountRoot(this.aws),
      },
      { parent },
    );
    const upload = new SourceUploadAccess(
      `${database}-upload`,
      { ...this.backupPlace(), provider: accounts.source, roleName: this.aws.sourceRoleName },
      { parent },
    );
    const sourceHost = this.declareSourceHost(parent);
    const rights = { ...logins, roleArn: role.roleArn };
    const ways = [...peering, role, bucket, upload, ...(vaultAccess === undefined ? [] : [vaultAccess])];
    const access = this.checkAccess(parent, rights, [preparation, ...ways]);
    return {
      needed: [...ways, access.check],
      outputs: {
        ...(peering[0] === undefined ? {} : { peeringConnection: peering[0].connectionId }),
        backupBucket: bucket.bucket,
        backupBucketPolicy: bucket.policy,
        sourceRole: upload.roleName,
        ...(sourceHost === undefined ? {} : { sourceTools: sourceHost.toolVersions }),
        targetRole: role.roleArn,
        ...loginOutputs,
        access: access.request,
      },
      rights,
      ...(sourceHost === undefined ? {} : { scriptDirectory: sourceHost.scriptDirectory }),
    };
  }

  /** None where tools and scripts are left as they are. */
  private declareSourceHost(parent: pulumi.Resource): SourceHost | undefined {
    const { database, sourceTools, backupDirectory, backupMethod, backupContainer, xtrabackupSeries } = this.aws;
    if (sourceTools === "leave") return undefined;
    return new SourceHost(
      `${database}-source-host`,
      {
        host: this.sourceHost,
        workDirectory: posix.join(backupDirectory, database),
        method: backupMethod,
        ...(xtrabackupSeries === undefined ? {} : { xtrabackupSeries }),
        ...(backupContainer === undefined
          ? {}
          : { container: backupContainer.program === undefined ? {} : { program: backupContainer.program } }),
        tools: this.aws.backupTools,
        installTools: sourceTools === "install",
      },
      { parent },
    );
  }

  private backupPlace() {
    const { database, backupBucket: bucket, backupKeyPrefix: keyPrefix, awsPartition: partition } = this.aws;
    const { backupKmsKeyArn: kmsKeyArn } = this.aws;
    return { database, bucket, keyPrefix, partition, ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }) };
  }

  /** None where the networks are connected already. */
  private declarePeering(
    parent: pulumi.Resource,
    providers: ConstructorParameters<typeof VpcPeering>[1]["providers"],
  ): VpcPeering[] {
    const { database, sourceNetwork, sourcePort, clusterNetwork, clusterAccount, peeringConnectionId } = this.aws;
    if (sourceNetwork === undefined || clusterNetwork === undefined) return [];
    const { accountId, region } = clusterAccount;
    const peering = new VpcPeering(
      `${database}-peering`,
      {
        providers,
        database,
        source: { ...sourceNetwork, port: sourcePort },
        cluster: { ...clusterNetwork, accountId, region },
        ...(peeringConnectionId === undefined ? {} : { existingConnectionId: peeringConnectionId }),
      },
      { parent },
    );
    return [peering];
  }

  private declareVault(
    parent: pulumi.Resource,
    { address, namespace, caCertFile, writer, newMounts, ...place }: NonNullable<AwsConfiguration["vault"]>,
    preparation: SourcePreparation | undefined,
  ): VaultAccess {
    const { database } = this.aws;
    const provider = new vault.Provider(
      `${database}-vault`,
      {
        address,
        token: pulumi.secret(this.awsSecrets.vaultToken),
        maxLeaseTtlSeconds: VAULT_LEASE_SECONDS,
        ...(namespace === undefined ? {} : { namespace }),
        ...(caCertFile === undefined ? {} : { caCertFile }),
      },
      { parent },
    );
    return new VaultAccess(
      `${database}-vault-access`,
      {
        provider,
        database,
        ...place,
        address,
        ...(namespace === undefined ? {} : { vaultNamespace: namespace }),
        namespace: this.aws.kubeNamespace,
        serviceAccount: serviceAccountOf(this.aws),
        // In phase finalize nobody replicates any more; what Vault has stays as it is.
        ...(preparation === undefined ? {} : { credentials: this.credentials(preparation) }),
        ...(writer === undefined ? {} : { writer: { ...writer, password: this.awsSecrets.vaultWriterPassword } }),
        ...(newMounts === undefined ? {} : { newMounts }),
        keepsAccess: keepsTarget(this.aws),
      },
      { parent },
    );
  }

  /** The target's accounts are the source's, which come with the data. */
  private credentials({ replicationPassword }: SourcePreparation) {
    const { sourceHostForTarget, sourceHost, replicationUser, sourceUser } = this.aws;
    return {
      sourceHostIp: sourceHostForTarget ?? sourceHost,
      replicationUser,
      replicationPassword,
      user: sourceUser,
      password: this.awsSecrets.sourcePassword,
    };
  }
}

/** As the chart names it. */
function serviceAccountOf({ database, chartValues }: AwsConfiguration): string {
  const { serviceAccount } = chartValues;
  const isNamed = typeof serviceAccount === "object" && serviceAccount !== null && "name" in serviceAccount;
  return isNamed && typeof serviceAccount.name === "string" && serviceAccount.name !== ""
    ? serviceAccount.name
    : database;
}

function accountRoot({ awsPartition, clusterAccount }: AwsConfiguration): string {
  return `arn:${awsPartition}:iam::${clusterAccount.accountId}:root`;
}
