import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountOf } from "../../doubles/aws-plugin/account.js";
import type { Thing } from "../../doubles/aws-plugin/cloud.js";
import { kindOf } from "../../doubles/aws-plugin/kinds.js";
import { TYPES } from "../../doubles/aws-plugin/types.js";
import { AwsCloud } from "../../helpers/aws-cloud.js";

const SOURCE = { account: "111111111111", region: "eu-central-1" };
const CLUSTER = { account: "222222222222", region: "eu-west-1" };

let directory: string;
let cloud: AwsCloud;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "aws-plugin-"));
  cloud = new AwsCloud(directory, { profiles: {} });
  await cloud.addNetwork(SOURCE, { vpcId: "vpc-a", routeTableIds: ["rtb-a"], securityGroupIds: ["sg-a"] });
  await cloud.addNetwork(CLUSTER, { vpcId: "vpc-b", routeTableIds: ["rtb-b"], securityGroupIds: ["sg-b"] });
});
afterEach(() => rm(directory, { recursive: true }));

const create = (place: typeof SOURCE, type: string, inputs: object): Promise<Thing> =>
  kindOf(type).create({ ...place, cloud: cloud.things }, { ...inputs });

const bucket = { bucket: "backups", forceDestroy: false, tags: {} };
const role = (name: string) => ({ name, description: "", assumeRolePolicy: "{}", tags: {} });
const readableBy = (arn: string) => ({
  bucket: "backups",
  policy: JSON.stringify({ Statement: [{ Principal: "*" }, { Principal: { AWS: arn } }] }),
});

describe("the account", () => {
  const profiles = { default: CLUSTER.account, source: SOURCE.account };
  const given = (account: string, rest: object = {}) => ({
    region: "eu-west-1",
    allowedAccountIds: JSON.stringify([account]),
    ...rest,
  });
  const roleArn = `arn:aws:iam::${CLUSTER.account}:role/migrator`;

  it("is that of the role, or else of the profile", () => {
    expect(accountOf(given(SOURCE.account, { profile: "source" }), profiles)).toMatchObject({
      account: SOURCE.account,
    });
    expect(accountOf(given(CLUSTER.account), profiles)).toEqual(CLUSTER);
    const assumed = given(CLUSTER.account, { profile: "source", assumeRoles: JSON.stringify([{ roleArn }]) });
    expect(accountOf(assumed, profiles)).toMatchObject({ account: CLUSTER.account, roleArn });
  });

  it("is refused when the credentials are somebody else's, or there are none", () => {
    expect(() => accountOf(given(SOURCE.account), profiles)).toThrow("AWS account ID not allowed: 222222222222");
    expect(() => accountOf(given(SOURCE.account, { profile: "other" }), profiles)).toThrow(
      "shared config profile, other",
    );
  });
});

describe("a bucket", () => {
  it("has a name that nobody else has", async () => {
    await create(SOURCE, TYPES.bucket, bucket);
    await expect(create(SOURCE, TYPES.bucket, bucket)).rejects.toThrow("BucketAlreadyOwnedByYou");
    await expect(create(CLUSTER, TYPES.bucket, bucket)).rejects.toThrow("BucketAlreadyExists");
  });

  it("has settings only where it is", async () => {
    const versioning = { bucket: "backups", versioningConfiguration: { status: "Enabled" } };
    await expect(create(SOURCE, TYPES.versioning, versioning)).rejects.toThrow("NoSuchBucket");
    await create(SOURCE, TYPES.bucket, bucket);
    await expect(create(CLUSTER, TYPES.versioning, versioning)).rejects.toThrow("NoSuchBucket");
    expect(await create(SOURCE, TYPES.versioning, versioning)).toMatchObject({ id: "backups", properties: versioning });
  });

  it("is opened only to roles that exist", async () => {
    const arn = `arn:aws:iam::${CLUSTER.account}:role/reader`;
    await create(SOURCE, TYPES.bucket, bucket);
    await expect(create(SOURCE, TYPES.bucketPolicy, readableBy(arn))).rejects.toThrow("MalformedPolicy");
    await create(SOURCE, TYPES.bucketPolicy, readableBy(`arn:aws:iam::${CLUSTER.account}:root`));
    await create(CLUSTER, TYPES.role, role("reader"));
    await create(SOURCE, TYPES.bucketPolicy, readableBy(arn));
  });
});

describe("a role", () => {
  it("has policies only in its own account, and stays until they are gone", async () => {
    const made = await create(CLUSTER, TYPES.role, role("reader"));
    expect(made.properties.arn).toBe(`arn:aws:iam::${CLUSTER.account}:role/reader`);
    const policy = { name: "read", role: "reader", policy: "{}" };
    await expect(create(SOURCE, TYPES.rolePolicy, policy)).rejects.toThrow("NoSuchEntity");
    await create(CLUSTER, TYPES.rolePolicy, policy);
    const removing = kindOf(TYPES.role).remove({ ...CLUSTER, cloud: cloud.things }, role("reader"), made);
    await expect(removing).rejects.toThrow("DeleteConflict");
    await expect(create(CLUSTER, TYPES.role, role("reader"))).rejects.toThrow("EntityAlreadyExists");
  });
});

describe("a peering connection", () => {
  const offer = { vpcId: "vpc-a", peerVpcId: "vpc-b", peerOwnerId: CLUSTER.account, peerRegion: CLUSTER.region };
  const accepted = (id: string) => ({ vpcPeeringConnectionId: id, autoAccept: true, tags: {} });

  it("is accepted by the other side, and takes options only then, from each side its own", async () => {
    const { id } = await create(SOURCE, TYPES.peering, { ...offer, autoAccept: false, tags: {} });
    const options = { vpcPeeringConnectionId: id, requester: {} };
    await expect(create(SOURCE, TYPES.peeringOptions, options)).rejects.toThrow("is not active");
    await expect(create(SOURCE, TYPES.acceptance, accepted(id))).rejects.toThrow("OperationNotPermitted");
    await create(CLUSTER, TYPES.acceptance, accepted(id));
    await expect(create(CLUSTER, TYPES.peeringOptions, options)).rejects.toThrow("OperationNotPermitted");
    expect(await create(SOURCE, TYPES.peeringOptions, options)).toMatchObject({ id });
  });

  it("is unknown in other places", async () => {
    const { id } = await create(SOURCE, TYPES.peering, { ...offer, autoAccept: false, tags: {} });
    const elsewhere = create({ ...CLUSTER, region: "us-east-1" }, TYPES.acceptance, accepted(id));
    await expect(elsewhere).rejects.toThrow("InvalidVpcPeeringConnectionID.NotFound");
    await expect(create(CLUSTER, TYPES.peering, { ...offer, autoAccept: false, tags: {} })).rejects.toThrow(
      "InvalidVpcID.NotFound",
    );
  });

  it("gets each route and each rule once, on the side of the table and of the group", async () => {
    const { id } = await create(SOURCE, TYPES.peering, { ...offer, autoAccept: false, tags: {} });
    const route = { routeTableId: "rtb-a", destinationCidrBlock: "10.20.0.0/16", vpcPeeringConnectionId: id };
    await create(SOURCE, TYPES.route, route);
    await expect(create(SOURCE, TYPES.route, route)).rejects.toThrow("RouteAlreadyExists");
    await expect(create(CLUSTER, TYPES.route, route)).rejects.toThrow("InvalidRouteTableID.NotFound");
    const ports = { ipProtocol: "tcp", fromPort: 3306, toPort: 3306, cidrIpv4: "10.20.0.0/16" };
    const rule = { securityGroupId: "sg-a", description: "MySQL", tags: {}, ...ports };
    await create(SOURCE, TYPES.ingressRule, rule);
    await expect(create(SOURCE, TYPES.ingressRule, rule)).rejects.toThrow("InvalidPermission.Duplicate");
    await expect(create(CLUSTER, TYPES.ingressRule, rule)).rejects.toThrow("InvalidGroup.NotFound");
  });
});

it("what the stand-in does not know is refused", async () => {
  expect(() => kindOf("aws:ec2/instance:Instance")).toThrow("does not know aws:ec2/instance:Instance");
  await expect(create(SOURCE, TYPES.bucket, { ...bucket, acl: "public-read" })).rejects.toThrow("acl");
});
