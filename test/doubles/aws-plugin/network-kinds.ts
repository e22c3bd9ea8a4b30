import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Thing } from "./cloud.js";
import { type Aws, AwsRefusal, findOwn, kind, settings, tags, text } from "./kind.js";
import { TYPES } from "./types.js";

const ec2Id = (prefix: string) => `${prefix}-${randomBytes(9).toString("hex").slice(0, 17)}`;

const peering = kind({
  type: TYPES.peering,
  shape: { vpcId: text, peerVpcId: text, peerOwnerId: text, peerRegion: text, autoAccept: z.literal(false), tags },
  identity: ["vpcId", "peerVpcId", "peerOwnerId", "peerRegion"],
  id: () => ec2Id("pcx"),
  outputs: ({ tags }) => ({ acceptStatus: "pending-acceptance", tagsAll: tags }),
  container: { find: ({ vpcId }, aws) => findOwn(aws, TYPES.vpc, vpcId), missing: "InvalidVpcID.NotFound" },
});

/** From either side's account and region. */
async function findPeering({ cloud, account, region }: Aws, id: string): Promise<Thing | undefined> {
  const [found] = await cloud.find({ type: TYPES.peering, id });
  if (found === undefined) return undefined;
  const { peerOwnerId, peerRegion } = found.properties;
  const isOffered = peerOwnerId === account && peerRegion === region;
  return isOffered || isRequester(found, account, region) ? found : undefined;
}

function isRequester(peering: Thing, account: string, region: string): boolean {
  return peering.account === account && peering.region === region;
}

const ofPeering = {
  find: ({ vpcPeeringConnectionId: id }: { readonly vpcPeeringConnectionId: string }, aws: Aws) => findPeering(aws, id),
  missing: "InvalidVpcPeeringConnectionID.NotFound",
};

const acceptance = kind({
  type: TYPES.acceptance,
  shape: { vpcPeeringConnectionId: text, autoAccept: z.literal(true), tags },
  identity: ["vpcPeeringConnectionId"],
  id: ({ vpcPeeringConnectionId }) => vpcPeeringConnectionId,
  container: ofPeering,
  outputs: ({ tags }) => ({ acceptStatus: "active", tagsAll: tags }),
  async make({ vpcPeeringConnectionId: id }, aws) {
    const offered = await findPeering(aws, id);
    if (offered === undefined || isRequester(offered, aws.account, aws.region))
      throw new AwsRefusal("OperationNotPermitted", `${id} is accepted by the other side`);
    if ((await findOwn(aws, TYPES.vpc, String(offered.properties.peerVpcId))) === undefined)
      throw new AwsRefusal("InvalidVpcID.NotFound", String(offered.properties.peerVpcId));
    await aws.cloud.put({ ...offered, properties: { ...offered.properties, acceptStatus: "active" } });
  },
});

const peeringOptions = kind({
  type: TYPES.peeringOptions,
  shape: { vpcPeeringConnectionId: text, requester: settings.optional(), accepter: settings.optional() },
  identity: ["vpcPeeringConnectionId"],
  id: ({ vpcPeeringConnectionId }) => vpcPeeringConnectionId,
  container: ofPeering,
  async admit({ vpcPeeringConnectionId: id, requester, accepter }, aws) {
    const found = await findPeering(aws, id);
    if (found?.properties.acceptStatus !== "active")
      throw new AwsRefusal("OperationNotPermitted", `${id} is not active`);
    const foreign = isRequester(found, aws.account, aws.region) ? accepter : requester;
    if (foreign !== undefined)
      throw new AwsRefusal("OperationNotPermitted", `these options of ${id} are the other side's`);
  },
});

const route = kind({
  type: TYPES.route,
  shape: { routeTableId: text, destinationCidrBlock: text, vpcPeeringConnectionId: text },
  identity: ["routeTableId", "destinationCidrBlock"],
  id: ({ routeTableId, destinationCidrBlock }) =>
    `r-${routeTableId}${createHash("sha256").update(destinationCidrBlock).digest().readUInt32BE()}`,
  taken: "RouteAlreadyExists",
  container: {
    find: ({ routeTableId }, aws) => findOwn(aws, TYPES.routeTable, routeTableId),
    missing: "InvalidRouteTableID.NotFound",
  },
  outputs: () => ({ state: "active", origin: "CreateRoute" }),
  async admit({ vpcPeeringConnectionId: id }, aws) {
    if ((await findPeering(aws, id)) === undefined) throw new AwsRefusal(ofPeering.missing, id);
  },
});

const ingressShape = {
  securityGroupId: text,
  description: text,
  ipProtocol: text,
  fromPort: z.number(),
  toPort: z.number(),
  cidrIpv4: text,
  tags,
};

const ingressRule = kind({
  type: TYPES.ingressRule,
  shape: ingressShape,
  identity: ["securityGroupId"],
  id: () => ec2Id("sgr"),
  container: {
    find: ({ securityGroupId }, aws) => findOwn(aws, TYPES.securityGroup, securityGroupId),
    missing: "InvalidGroup.NotFound",
  },
  outputs: ({ tags }, { account, region }, id) => ({
    arn: `arn:aws:ec2:${region}:${account}:security-group-rule/${id}`,
    securityGroupRuleId: id,
    tagsAll: tags,
  }),
  async make(inputs, { cloud, account }) {
    const meaning = (of: object) => z.object(ingressShape).omit({ description: true, tags: true }).parse(of);
    const rules = await cloud.find({ account, type: TYPES.ingressRule });
    if (rules.some(({ properties }) => isDeepStrictEqual(meaning(properties), meaning(inputs))))
      throw new AwsRefusal("InvalidPermission.Duplicate", inputs.securityGroupId);
  },
});

export const NETWORK_KINDS = {
  [TYPES.peering]: peering,
  [TYPES.acceptance]: acceptance,
  [TYPES.peeringOptions]: peeringOptions,
  [TYPES.route]: route,
  [TYPES.ingressRule]: ingressRule,
};
