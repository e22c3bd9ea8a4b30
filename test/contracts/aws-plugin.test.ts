import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { accountOf } from "../doubles/aws-plugin/account.js";
import type { Thing } from "../doubles/aws-plugin/cloud.js";
import { kindOf } from "../doubles/aws-plugin/kinds.js";
import { TYPES } from "../doubles/aws-plugin/types.js";
import { AwsCloud } from "../helpers/aws-cloud.js";
import { type Outcome, testContract } from "./contract.js";

const SOURCE = { account: "111111111111", region: "eu-central-1" };
const CLUSTER = { account: "222222222222", region: "eu-west-1" };
type Place = typeof SOURCE;

let directory: string;
let cloud: AwsCloud;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "aws-plugin-"));
  cloud = new AwsCloud(directory, { profiles: {} });
  await cloud.addNetwork(SOURCE, { vpcId: "vpc-a", routeTableIds: ["rtb-a"], securityGroupIds: ["sg-a"] });
  await cloud.addNetwork(CLUSTER, { vpcId: "vpc-b", routeTableIds: ["rtb-b"], securityGroupIds: ["sg-b"] });
});
afterEach(() => rm(directory, { recursive: true }));

async function outcome(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { exitCode: 0, output: JSON.stringify(await work()) ?? "" };
  } catch (error) {
    return { exitCode: 1, output: String(error) };
  }
}
const wrong = (call: string, work: () => Promise<unknown>, says: string | RegExp) => ({
  call,
  run: () => outcome(work),
  exitCode: 1,
  says,
});
const right = (call: string, work: () => Promise<unknown>, says?: string) => ({
  call,
  run: () => outcome(work),
  ...(says === undefined ? {} : { says }),
});

const create = (place: Place, type: string, inputs: object): Promise<Thing> =>
  kindOf(type).create({ ...place, cloud: cloud.things }, { ...inputs });

const bucket = { bucket: "backups", forceDestroy: false, tags: {} };
const makeBucket = () => create(SOURCE, TYPES.bucket, bucket);
const versioning = { bucket: "backups", versioningConfiguration: { status: "Enabled" } };
const role = { name: "reader", description: "", assumeRolePolicy: "{}", tags: {} };
const makeRole = () => create(CLUSTER, TYPES.role, role);
const rolePolicy = { name: "read", role: "reader", policy: "{}" };
const readerArn = `arn:aws:iam::${CLUSTER.account}:role/reader`;
const readableBy = (arn: string) => ({
  bucket: "backups",
  policy: JSON.stringify({ Statement: [{ Principal: "*" }, { Principal: { AWS: arn } }] }),
});
const offer = {
  vpcId: "vpc-a",
  peerVpcId: "vpc-b",
  peerOwnerId: CLUSTER.account,
  peerRegion: CLUSTER.region,
  autoAccept: false,
  tags: {},
};
const makeOffer = async () => (await create(SOURCE, TYPES.peering, offer)).id;
const acceptance = (vpcPeeringConnectionId: string) => ({ vpcPeeringConnectionId, autoAccept: true, tags: {} });
const options = (vpcPeeringConnectionId: string) => ({ vpcPeeringConnectionId, requester: {} });
const makePeering = async () => {
  const id = await makeOffer();
  await create(CLUSTER, TYPES.acceptance, acceptance(id));
  return id;
};
const route = (vpcPeeringConnectionId: string) => ({
  routeTableId: "rtb-a",
  destinationCidrBlock: "10.20.0.0/16",
  vpcPeeringConnectionId,
});
const ports = { ipProtocol: "tcp", fromPort: 3306, toPort: 3306, cidrIpv4: "10.20.0.0/16" };
const rule = { securityGroupId: "sg-a", description: "MySQL", tags: {}, ...ports };

const profiles = { default: CLUSTER.account, source: SOURCE.account };
const provider = (account: string, rest: object = {}) =>
  accountOf({ region: "eu-west-1", allowedAccountIds: JSON.stringify([account]), ...rest }, profiles);
const assumed = JSON.stringify([{ roleArn: `arn:aws:iam::${CLUSTER.account}:role/migrator` }]);

testContract({
  double: "Pulumi's AWS plugin",
  rules: [
    {
      rule: "a provider works in its own account only, which its arguments say",
      source: "terraform-provider-aws internal/conns; aws-sdk-go-base: allowed_account_ids",
      wrong: [
        wrong(
          "somebody else's credentials",
          async () => provider(SOURCE.account),
          "AWS account ID not allowed: 222222222222",
        ),
        wrong(
          "a role of another account",
          async () => provider(SOURCE.account, { profile: "source", assumeRoles: assumed }),
          "AWS account ID not allowed: 222222222222",
        ),
        wrong(
          "a profile that is not there",
          async () => provider(SOURCE.account, { profile: "other" }),
          "failed to get shared config profile, other",
        ),
      ],
    },
    {
      rule: "nothing is made twice",
      source:
        "errors of the AWS API reference: S3 CreateBucket, IAM CreateRole, EC2 CreateRoute, AuthorizeSecurityGroupIngress",
      wrong: [
        wrong("a bucket of its own", () => makeBucket().then(makeBucket), "BucketAlreadyOwnedByYou"),
        wrong(
          "a bucket of somebody else",
          () => makeBucket().then(() => create(CLUSTER, TYPES.bucket, bucket)),
          "BucketAlreadyExists",
        ),
        wrong("a role", () => makeRole().then(makeRole), "EntityAlreadyExists"),
        wrong(
          "a route",
          async () => {
            const id = await makePeering();
            await create(SOURCE, TYPES.route, route(id));
            await create(SOURCE, TYPES.route, route(id));
          },
          "RouteAlreadyExists",
        ),
        wrong(
          "a rule of a security group",
          async () => {
            await create(SOURCE, TYPES.ingressRule, rule);
            await create(SOURCE, TYPES.ingressRule, rule);
          },
          "InvalidPermission.Duplicate",
        ),
      ],
    },
    {
      rule: "a thing is known only in its account and region",
      source: "errors of the AWS API reference: NoSuchBucket, NoSuchEntity, Invalid*.NotFound",
      wrong: [
        wrong("settings of no bucket", () => create(SOURCE, TYPES.versioning, versioning), "NoSuchBucket"),
        wrong(
          "settings of another account's bucket",
          () => makeBucket().then(() => create(CLUSTER, TYPES.versioning, versioning)),
          "NoSuchBucket",
        ),
        wrong(
          "a policy of another account's role",
          () => makeRole().then(() => create(SOURCE, TYPES.rolePolicy, rolePolicy)),
          "NoSuchEntity",
        ),
        wrong(
          "a connection in another region",
          async () => create({ ...CLUSTER, region: "us-east-1" }, TYPES.acceptance, acceptance(await makeOffer())),
          "InvalidVpcPeeringConnectionID.NotFound",
        ),
        wrong("another account's network", () => create(CLUSTER, TYPES.peering, offer), "InvalidVpcID.NotFound"),
        wrong(
          "another account's route table",
          async () => create(CLUSTER, TYPES.route, route(await makePeering())),
          "InvalidRouteTableID.NotFound",
        ),
        wrong("another account's group", () => create(CLUSTER, TYPES.ingressRule, rule), "InvalidGroup.NotFound"),
      ],
    },
    {
      rule: "a policy names only principals that exist, and a role goes after its policies",
      source: "S3 PutBucketPolicy: MalformedPolicy; IAM DeleteRole: DeleteConflict",
      wrong: [
        wrong(
          "a bucket for a role that is not there",
          () => makeBucket().then(() => create(SOURCE, TYPES.bucketPolicy, readableBy(readerArn))),
          "MalformedPolicy",
        ),
        wrong(
          "the end of a role with a policy",
          async () => {
            const made = await makeRole();
            await create(CLUSTER, TYPES.rolePolicy, rolePolicy);
            await kindOf(TYPES.role).remove({ ...CLUSTER, cloud: cloud.things }, role, made);
          },
          "DeleteConflict",
        ),
      ],
    },
    {
      rule: "a connection is accepted by the other side, and takes options only then, from each side its own",
      source: "EC2 AcceptVpcPeeringConnection, ModifyVpcPeeringConnectionOptions",
      wrong: [
        wrong(
          "an offer that its own side accepts",
          async () => create(SOURCE, TYPES.acceptance, acceptance(await makeOffer())),
          "OperationNotPermitted",
        ),
        wrong(
          "options of an offer",
          async () => create(SOURCE, TYPES.peeringOptions, options(await makeOffer())),
          "is not active",
        ),
        wrong(
          "options of the other side",
          async () => create(CLUSTER, TYPES.peeringOptions, options(await makePeering())),
          "OperationNotPermitted",
        ),
      ],
    },
    {
      rule: "inputs are its own",
      source: "@pulumi/aws 7.48.0",
      wrong: [
        wrong(
          "an input that the stand-in does not know",
          () => create(SOURCE, TYPES.bucket, { ...bucket, acl: "public-read" }),
          "acl",
        ),
        wrong(
          "a kind that it does not know",
          async () => kindOf("aws:ec2/instance:Instance"),
          "aws:ec2/instance:Instance",
        ),
      ],
    },
  ],
  right: [
    right("the profile's account", async () => provider(SOURCE.account, { profile: "source" }), SOURCE.account),
    right("the account of the role that is assumed", async () =>
      provider(CLUSTER.account, { profile: "source", assumeRoles: assumed }),
    ),
    right("settings of a bucket where it is", () =>
      makeBucket().then(() => create(SOURCE, TYPES.versioning, versioning)),
    ),
    right("a bucket for an account", () =>
      makeBucket().then(() => create(SOURCE, TYPES.bucketPolicy, readableBy(`arn:aws:iam::${CLUSTER.account}:root`))),
    ),
    right("a bucket for a role that is there", async () => {
      await makeBucket();
      await makeRole();
      await create(SOURCE, TYPES.bucketPolicy, readableBy(readerArn));
    }),
    right("a role, whose ARN it tells", makeRole, readerArn),
    right("options of a connection from its side, a route and a rule", async () => {
      const id = await makePeering();
      await create(SOURCE, TYPES.peeringOptions, options(id));
      await create(SOURCE, TYPES.route, route(id));
      await create(SOURCE, TYPES.ingressRule, rule);
    }),
  ],
});
