import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runPulumi } from "../../lab/pulumi.js";
import { makeTestProject, type TestProject } from "../../lab/test-project.js";
import { makeTestDirectory, removeTestDirectory, startTestS3, type TestS3 } from "../../lab/testing.js";
import { paths } from "../../toolchain/paths.js";
import { Buckets } from "../doubles/aws-plugin/buckets.js";
import { kindOf } from "../doubles/aws-plugin/kinds.js";
import { TYPES } from "../doubles/aws-plugin/types.js";
import { AwsCloud } from "../helpers/aws-cloud.js";
import { makePluginDirectory } from "../helpers/plugin-directory.js";
import { type RecordedCall, readRecordedCalls, UNKNOWN } from "../helpers/recorded-calls.js";
import { putS3Object, s3Keys } from "../helpers/s3-keys.js";
import {
  BACKUP_PLACE,
  CLUSTER,
  CLUSTER_NETWORK,
  SOURCE,
  SOURCE_NETWORK,
  SOURCE_ROLE,
} from "./programs/aws-components/place.js";

let directory: string;
let s3: TestS3;
let cloud: AwsCloud;
let stack: TestProject;
let record: string;
beforeAll(async () => {
  directory = await makeTestDirectory("aws-components");
  s3 = await startTestS3();
  cloud = new AwsCloud(directory, {
    profiles: { default: CLUSTER.account, [SOURCE.profile]: SOURCE.account },
    s3Endpoint: s3.endpoint,
  });
  record = join(directory, "plugin-calls");
  await cloud.addNetwork(SOURCE, SOURCE_NETWORK);
  await cloud.addNetwork(CLUSTER, CLUSTER_NETWORK);
  await cloud.addRole(SOURCE, SOURCE_ROLE);
  stack = await makeTestProject({
    directory,
    program: join(paths.projectRoot, "test/program/programs/aws-components"),
    configuration: { plain: ["backupExpiryDays=30"], secret: [] },
    pathDirectories: [await makePluginDirectory(directory, ["aws"])],
    environment: {
      ...cloud.environment,
      GTID_FERRY_PLUGIN_RECORD: record,
      PULUMI_NODEJS_TSCONFIG_PATH: join(paths.projectRoot, "tsconfig.json"),
    },
  });
});
afterAll(async () => {
  await s3.stop();
  await removeTestDirectory(directory);
});

/** Runs the CLI, and gives what it asked the plugin for. */
async function callsOf(...args: string[]): Promise<readonly RecordedCall[]> {
  await rm(record, { force: true });
  const { exitCode, output } = await stack.pulumi(...args);
  expect(exitCode, output).toBe(0);
  return await readRecordedCalls(record);
}

it("is refused with the login of another account", async () => {
  const other = {
    GTID_FERRY_AWS_PROFILES: JSON.stringify({ default: CLUSTER.account, [SOURCE.profile]: "333333333333" }),
  };
  const project = { ...stack.project, environment: { ...stack.project.environment, ...other } };
  const { exitCode, output } = await runPulumi(project, ["preview"], () => undefined);
  expect(exitCode).not.toBe(0);
  expect(output).toContain("AWS account ID not allowed: 333333333333");
});

it("is previewed before anything exists", async () => {
  const calls = await callsOf("preview");
  expect(new Set(calls.map(({ call }) => call))).toEqual(new Set(["configure", "check"]));
  expect(calls.find(({ type }) => type === TYPES.bucketPolicy)?.inputs).toMatchObject({ policy: UNKNOWN });
});

it("is made in two accounts, each thing by its own, in an order that AWS takes", async () => {
  const made = await callsOf("up", "--yes", "--skip-preview");
  const created = made.filter(({ call }) => call === "create");
  const madeBy = (account: string) =>
    created
      .filter(({ provider }) => provider.account === account)
      .map(({ parents, type, name }) => [...parents.map((parent) => parent.split(":").at(-1)), type, name].join(" "))
      .sort();
  expect(madeBy(SOURCE.account)).toEqual(
    [
      `BackupBucket ${TYPES.bucket} backups-bucket`,
      `BackupBucket ${TYPES.lifecycle} backups-lifecycle`,
      `BackupBucket ${TYPES.ownership} backups-ownership`,
      `BackupBucket ${TYPES.bucketPolicy} backups-policy`,
      `BackupBucket ${TYPES.publicAccess} backups-public-access`,
      `BackupBucket ${TYPES.encryption} backups-encryption`,
      `BackupBucket ${TYPES.versioning} backups-versioning`,
      `SourceUploadAccess ${TYPES.rolePolicy} upload-upload-backups`,
      `VpcPeering ${TYPES.ingressRule} peering-source-mysql-sg-0a0a0a0a-10.20.0.0/16`,
      `VpcPeering ${TYPES.peeringOptions} peering-source-options`,
      `VpcPeering ${TYPES.peering} peering-request`,
      `VpcPeering ${TYPES.route} peering-source-route-rtb-0a0a0a0a-10.20.0.0/16`,
    ].sort(),
  );
  expect(madeBy(CLUSTER.account)).toEqual(
    [
      `IrsaRole ${TYPES.role} irsa-role`,
      `IrsaRole ${TYPES.rolePolicy} irsa-read-backups`,
      `VpcPeering ${TYPES.acceptance} peering-acceptance`,
      `VpcPeering ${TYPES.ingressRule} peering-cluster-mysql-sg-0b0b0b0b-10.10.0.0/16`,
      `VpcPeering ${TYPES.peeringOptions} peering-cluster-options`,
      `VpcPeering ${TYPES.route} peering-cluster-route-rtb-0b0b0b0b-10.10.0.0/16`,
    ].sort(),
  );
  const order = created.map(({ name }) => name);
  expect(order.indexOf("peering-request")).toBeLessThan(order.indexOf("peering-acceptance"));
  expect(order.indexOf("irsa-read-backups")).toBeLessThan(order.indexOf("backups-policy"));
  expect(await s3Keys({ ...s3, bucket: BACKUP_PLACE.bucket })).toEqual([]);
});

it("stays as it is", async () => {
  const calls = await callsOf("up", "--yes", "--skip-preview", "--expect-no-changes");
  expect(new Set(calls.map(({ call }) => call))).toEqual(new Set(["configure", "check", "diff"]));
});

it("is put back where somebody changed it, and changed where the program did", async () => {
  const [policy] = await cloud.things.find({ type: TYPES.rolePolicy, account: CLUSTER.account });
  const [route] = await cloud.things.find({ type: TYPES.route, account: SOURCE.account });
  if (policy === undefined || route === undefined) throw new Error("there is no policy or route");
  await cloud.things.put({ ...policy, properties: { ...policy.properties, policy: "{}" } });
  await cloud.things.remove(route);
  await stack.configure("backupExpiryDays", "60");
  const calls = await callsOf("up", "--yes", "--skip-preview", "--refresh");
  const changes = calls.filter(({ call }) => !["configure", "check", "diff", "read"].includes(call));
  expect(changes.map(({ call, name }) => `${call} ${name}`).sort()).toEqual([
    "create peering-source-route-rtb-0a0a0a0a-10.20.0.0/16",
    "update backups-lifecycle",
    "update irsa-read-backups",
  ]);
  expect(await cloud.things.find({ type: TYPES.rolePolicy, account: CLUSTER.account })).toEqual([policy]);
});

it("is destroyed, the bucket with all that is in it, and what was there before stays", async () => {
  await putS3Object({ ...s3, bucket: BACKUP_PLACE.bucket }, "gtid-ferry/shop/1/backup", "data");
  const [bucket] = await cloud.things.find({ type: TYPES.bucket });
  if (bucket === undefined) throw new Error("there is no bucket");
  const aws = { ...SOURCE, cloud: cloud.things, buckets: new Buckets(s3.endpoint, SOURCE.region) };
  const kept = { bucket: bucket.id, forceDestroy: false, tags: {} };
  await expect(kindOf(TYPES.bucket).remove(aws, kept, bucket)).rejects.toThrow("not empty");
  const calls = await callsOf("destroy", "--yes", "--skip-preview");
  expect(calls.filter(({ call }) => call === "delete")).toHaveLength(18);
  const left = await cloud.things.find({});
  expect(left.map(({ id }) => id).sort()).toEqual(
    [SOURCE_ROLE, ...[SOURCE_NETWORK, CLUSTER_NETWORK].flatMap(idsOf)].sort(),
  );
  await expect(s3Keys({ ...s3, bucket: BACKUP_PLACE.bucket })).rejects.toThrow("bucket does not exist");
});

function idsOf({ vpcId, routeTableIds, securityGroupIds }: typeof SOURCE_NETWORK): string[] {
  return [vpcId, ...routeTableIds, ...securityGroupIds];
}
