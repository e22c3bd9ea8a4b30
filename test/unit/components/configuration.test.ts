import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../../components/configuration.js";

const complete: Record<string, string> = {
  platform: "local",
  phase: "replicate",
  database: "shop",
  sourceHost: "127.0.0.1",
  sourcePort: "3306",
  sourceUser: "ferry_admin",
  sourceTlsMode: "required",
  sourceTlsCa: "",
  expectedSourceUuid: "",
  sourceHostForTarget: "",
  targetHostForSource: "",
  gtidEnabling: "online",
  consistencyWatchSeconds: "300",
  stepTimeoutSeconds: "300",
  binlogRetentionSeconds: "604800",
  replicationUser: "gtid_ferry_repl",
  replicationHost: "127.0.0.1",
  replicationTlsMode: "required",
  replicationTlsCaPath: "",
  replicationStartTimeoutSeconds: "300",
  backupMethod: "clone",
  backupTrigger: "1",
  backupBucket: "backups",
  backupKeyPrefix: "gtid-ferry",
  backupRegion: "eu-central-1",
  backupEndpoint: "",
  backupAccessKeyId: "",
  backupDirectory: "/var/lib/gtid-ferry",
  backupCompressionLevel: "1",
  backupThreads: "2",
  backupTimeoutSeconds: "86400",
  mysqlBinDirectory: "",
  awsCommand: "aws",
  targetDirectory: "/srv/target",
  targetPort: "3307",
  targetServerId: "42",
  targetBufferPoolMebibytes: "128",
  targetKeyringConfig: "",
  targetStartTimeoutSeconds: "600",
  replicas: "[]",
  errantTransactions: "fail",
  reverseReplication: "required",
  errantTransactionsConfirmed: "",
  rebuildOnPurged: "false",
  rebuildMinimumIntervalSeconds: "86400",
  switchoverBudgetSeconds: "10",
  switchoverAttemptTimeoutSeconds: "1",
  switchoverAttempts: "5",
  switchoverQuietTimeoutSeconds: "60",
  switchoverMaximumLagSeconds: "1",
  switchoverSettleTimeoutSeconds: "60",
  trafficRoutes: "[]",
  verifyBeforeCutover: "true",
  verificationTrigger: "1",
  verificationIgnoredObjects: "[]",
  verificationChunkMilliseconds: "250",
  verificationConcurrency: "1",
  verificationMaximumLagSeconds: "5",
  verificationMaximumRunningThreads: "50",
  verificationLagTimeoutSeconds: "300",
};
const inKubernetes = {
  platform: "kubernetes",
  sourceHost: "10.0.0.5",
  sourceVia: "ssh",
  kubeconfigPath: "",
  kubeContext: "",
  kubeNamespace: "shop",
  chartValues: "{}",
  backupTools: "{}",
  backupContainer: "",
  verificationDirectory: ".ferry/verification",
};
const network = (digit: string, cidrBlock: string, routeTableIds = [`rtb-0000000${digit}`]) =>
  JSON.stringify({
    vpcId: `vpc-0000000${digit}`,
    cidrBlocks: [cidrBlock],
    routeTableIds,
    securityGroupIds: [`sg-0000000${digit}`],
  });
const OIDC_PROVIDER = "arn:aws:iam::222222222222:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC123";
const onAws = {
  ...inKubernetes,
  platform: "aws",
  awsPartition: "aws",
  sourceAccount: '{"accountId": "111111111111", "region": "eu-central-1", "profile": "account-a"}',
  clusterAccount: '{"accountId": "222222222222", "region": "eu-west-1", "profile": "account-b"}',
  sourceNetwork: network("a", "10.10.0.0/16"),
  clusterNetwork: network("b", "10.20.0.0/16"),
  peeringConnectionId: "",
  backupBucketExists: "false",
  backupBucketKept: "true",
  backupExpiryDays: "30",
  backupKmsKeyArn: "",
  backupReader: "role",
  sourceRoleName: "mysql-host",
  sourceTools: "check",
  xtrabackupSeries: "",
  oidcProviderArn: OIDC_PROVIDER,
  targetRoleName: "",
  targetRoleArn: "",
  vault: "",
};
const replica = (name: string, replicatesFrom: string, port: number) =>
  JSON.stringify([{ name, replicatesFrom, port, serverId: 43, directory: "/srv/replica" }]);
const load = (changed: Record<string, string | undefined> = {}) => {
  const values = { ...complete, ...changed };
  return loadConfiguration((key) => values[key]);
};

describe("loadConfiguration", () => {
  it("reads numbers as numbers and empty texts as not given", () => {
    const configuration = load();
    expect(configuration.sourcePort).toBe(3306);
    expect(configuration.backupEndpoint).toBeUndefined();
    expect(configuration.mysqlBinDirectory).toBeUndefined();
    expect(configuration).toMatchObject({ awsCommand: "aws" });
  });

  it.each([
    [{ phase: "cutover!" }, 'gtid-ferry:phase is "cutover!"'],
    [{ platform: "gcp" }, 'gtid-ferry:platform is "gcp"'],
    [{ database: "Shop DB" }, 'gtid-ferry:database is "Shop DB"'],
    [{ sourceHost: undefined }, "gtid-ferry:sourceHost is not set"],
    [{ sourcePort: "70000" }, 'gtid-ferry:sourcePort is "70000"'],
    [{ backupBucket: "B" }, 'gtid-ferry:backupBucket is "B"'],
    [{ targetPort: "3306" }, 'gtid-ferry:targetPort is "3306"'],
    [
      { targetKeyringConfig: "/srv/keyring.cnf" },
      'targetKeyringConfig is "/srv/keyring.cnf": wanted a file named like its',
    ],
    [{ sourceTlsMode: "verify-ca" }, 'gtid-ferry:sourceTlsCa is ""'],
    [{ replicationTlsMode: "verify-identity" }, 'gtid-ferry:replicationTlsCaPath is ""'],
    [{ verifyBeforeCutover: "yes" }, 'gtid-ferry:verifyBeforeCutover is "yes"'],
    [{ verificationIgnoredObjects: "shop" }, 'gtid-ferry:verificationIgnoredObjects is "shop"'],
    [{ replicas: '[{"name": "a"}]' }, "gtid-ferry:replicas has at 0.port nothing"],
    [
      { replicas: replica("a", "b", 3308) },
      'gtid-ferry:replicas has at 0.replicatesFrom "b": wanted source, target or',
    ],
    [{ replicas: replica("a", "a", 3308) }, "wanted a way to the primary, not round in a circle"],
    [
      { replicas: replica("target", "source", 3308) },
      'gtid-ferry:replicas has at 0.name "target": wanted another name',
    ],
    [{ replicas: replica("a", "target", 3307) }, "wanted a port of its own for each server of this machine"],
    [{ backupKeyPrefix: "/x" }, 'gtid-ferry:backupKeyPrefix is "/x"'],
  ])("names key and value of %o", (changed, expected) => {
    expect(() => load(changed)).toThrow(expected);
  });

  it.each([
    [{ sourceHost: "db.example" }, 'gtid-ferry:sourceHostForTarget is ""'],
    [{ phase: "cutover" }, 'gtid-ferry:targetHostForSource is ""'],
    [{ chartValues: "[]" }, 'gtid-ferry:chartValues is "[]"'],
    [{ backupTools: '{"rm": "/bin/rm"}' }, "gtid-ferry:backupTools is"],
    [{ backupContainer: '{"images": "x"}' }, "gtid-ferry:backupContainer is"],
    [{ rebuildOnPurged: "true" }, 'gtid-ferry:rebuildOnPurged is "true"'],
    [{ kubeNamespace: "My" }, 'gtid-ferry:kubeNamespace is "My"'],
    [{ sourceVia: "vpn" }, 'gtid-ferry:sourceVia is "vpn"'],
  ])("on platform kubernetes names key and value of %o", (changed, expected) => {
    expect(load(inKubernetes)).toMatchObject({ platform: "kubernetes", chartValues: {} });
    expect(() => load({ ...inKubernetes, ...changed })).toThrow(expected);
  });

  it.each([
    [{ sourceAccount: "" }, 'gtid-ferry:sourceAccount is "": wanted JSON'],
    [
      { sourceAccount: '{"accountId": "1", "region": "eu-central-1"}' },
      'gtid-ferry:sourceAccount has at accountId "1": wanted the 12 digits',
    ],
    [
      { clusterAccount: '{"accountId": "222222222222", "region": "eu-west-1", "profiles": "b"}' },
      "gtid-ferry:clusterAccount is",
    ],
    [
      { sourceNetwork: network("a", "10.10.0.1/16") },
      'gtid-ferry:sourceNetwork has at cidrBlocks.0 "10.10.0.1/16": 10.10.0.1/16 has bits set',
    ],
    [
      { sourceNetwork: JSON.stringify({ ...JSON.parse(network("a", "10.10.0.0/16")), port: 3307 }) },
      "gtid-ferry:sourceNetwork",
    ],
    [
      { sourceNetwork: network("a", "10.20.128.0/17") },
      "10.20.128.0/17 of the source overlaps with 10.20.0.0/16 of the cluster; networks that overlap cannot be peered",
    ],
    [{ clusterNetwork: "" }, 'gtid-ferry:clusterNetwork is "": wanted both networks'],
    [
      { sourceNetwork: network("a", "10.10.0.0/16", []) },
      "gtid-ferry:sourceNetwork has at routeTableIds []: wanted at least one for a new connection",
    ],
    [
      { sourceNetwork: "", clusterNetwork: "", peeringConnectionId: "pcx-0123abcd" },
      'gtid-ferry:peeringConnectionId is "pcx-0123abcd"',
    ],
    [
      { oidcProviderArn: OIDC_PROVIDER.replace("222222222222", "111111111111") },
      "wanted a provider of clusterAccount, 222222222222, in partition aws",
    ],
    [{ database: "d".repeat(40) }, 'gtid-ferry:targetRoleName is "": wanted a name of your own'],
    [{ backupMethod: "xtrabackup" }, 'gtid-ferry:xtrabackupSeries is "": wanted the series of the source'],
    [{ targetRoleName: "r".repeat(65) }, "wanted at most 64 characters"],
    [{ backupRegion: "eu-west-1" }, 'gtid-ferry:backupRegion is "eu-west-1": wanted sourceAccount\'s region'],
    [
      { vault: '{"address": "https://vault.example:8200", "kubernetesMount": "auth/kubernetes"}' },
      'gtid-ferry:vault has at kubernetesMount "auth/kubernetes": wanted the path of a mount without slashes',
    ],
  ])("on platform aws names key and value of %o", (changed, expected) => {
    expect(load(onAws)).toMatchObject({ platform: "aws", sourceAccount: { profile: "account-a" } });
    expect(() => load({ ...onAws, ...changed })).toThrow(expected);
  });

  it("leaves out on platform aws what is there already", () => {
    expect(load({ ...onAws, sourceNetwork: "", clusterNetwork: "" })).toMatchObject({ sourceNetwork: undefined });
    const shared = { sourceNetwork: network("a", "10.10.0.0/16", []), peeringConnectionId: "pcx-0123abcd" };
    expect(load({ ...onAws, ...shared })).toMatchObject({ peeringConnectionId: "pcx-0123abcd" });
    expect(load({ ...onAws, backupBucketExists: "true", backupRegion: "eu-west-1" })).toMatchObject({
      backupBucketExists: true,
    });
  });

  it("wants of a platform only what it uses", () => {
    expect(load({ ...inKubernetes, targetDirectory: "", targetPort: undefined })).toMatchObject({ targetServerId: 42 });
    expect(() => load({ targetDirectory: "" })).toThrow("gtid-ferry:targetDirectory");
  });

  it("reports what keys are together beside what each of them is", () => {
    const overlapping = { sourceNetwork: network("a", "10.20.0.0/16"), targetServerId: "0", targetHostForSource: "" };
    expect(() => load({ ...onAws, ...overlapping, phase: "cutover", sourceTlsMode: "verify-ca" })).toThrow(
      /^the stack's configuration has 4 mistake\(s\)\n.*targetServerId is "0".*\n.*targetHostForSource.*\n.*sourceTlsCa.*\n.*overlaps with.*$/,
    );
  });

  it("reports all mistakes at once", () => {
    expect(() => load({ phase: "x", sourcePort: "0", backupBucket: "B" })).toThrow(
      /^the stack's configuration has 3 mistake\(s\)\n {2}gtid-ferry:phase .*\n {2}gtid-ferry:sourcePort .*\n {2}gtid-ferry:backupBucket .*$/,
    );
  });
});
