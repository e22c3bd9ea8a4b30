import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { accountId, databaseName, distinct, ec2Id, overlapping, region, vpcCidrBlock } from "./aws-arguments";
import { awsTags } from "./aws-names";
import { checkArguments } from "./check-arguments";
import { readyWith } from "./ready";

/** One side of a peering. */
export const networkSchema = z.strictObject({
  vpcId: ec2Id("vpc"),
  /** All IPv4 blocks of the VPC that the other side reaches; secondary ones too, such as those of pods. */
  cidrBlocks: distinct(vpcCidrBlock).min(1, { error: "wanted at least one CIDR block" }),
  /** Route tables that get a way to the other side; beside an existing connection none where they have it already. */
  routeTableIds: distinct(ec2Id("rtb")),
  /** Security groups of MySQL that let the other side in; beside an existing connection none where they do already. */
  securityGroupIds: distinct(ec2Id("sg")),
  /** Port of MySQL on this side. @default 3306 */
  port: z.number().int().min(1).max(65_535).default(3306),
});

const argsSchema = z
  .object({
    database: databaseName,
    source: networkSchema,
    /** Where the cluster is; account and region say whom the peering is offered to. */
    cluster: networkSchema.extend({ accountId, region }),
    /** Whether each side resolves the other's host names to private addresses. @default true */
    resolvesRemoteNames: z.boolean().default(true),
    /**
     * A peering connection that is there already and accepted: only routes and rules are created. Two VPCs can have no
     * second connection, and no route table or group takes the same route or rule twice: when several databases move
     * between the same VPCs, one stack owns these, and the others name what it has made.
     */
    existingConnectionId: ec2Id("pcx").exactOptional(),
  })
  .superRefine(({ source, cluster, existingConnectionId }, context) => {
    for (const [side, { routeTableIds, securityGroupIds }] of Object.entries({ source, cluster })) {
      for (const [list, ids] of Object.entries({ routeTableIds, securityGroupIds })) {
        if (ids.length > 0 || existingConnectionId !== undefined) continue;
        context.addIssue({ code: "custom", path: [side, list], message: "wanted at least one for a new connection" });
      }
    }
    for (const own of source.cidrBlocks) {
      for (const peer of cluster.cidrBlocks.filter((block) => overlapping(own, block))) {
        const message = `${own} of the source overlaps with ${peer} of the cluster; networks that overlap cannot be peered`;
        context.addIssue({ code: "custom", path: ["source", "cidrBlocks"], message });
      }
    }
  });

type Network = z.output<typeof networkSchema>;
type CheckedArgs = z.output<typeof argsSchema>;

export interface VpcPeeringArgs extends z.input<typeof argsSchema> {
  readonly providers: {
    /** Account A, with the source, in its VPC's region. */
    readonly source: aws.Provider;
    /** Account B, with the cluster, in its VPC's region. */
    readonly cluster: aws.Provider;
  };
}

/** The way between the source's network and the cluster's, open for MySQL only. */
export class VpcPeering extends pulumi.ComponentResource {
  /** Id of the peering connection, known only once it is accepted, and routes and rules on both sides exist. */
  readonly connectionId: pulumi.Output<string>;

  constructor(name: string, args: VpcPeeringArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = checkArguments(`the peering ${name}`, argsSchema, args);
    super("gtid-ferry:index:VpcPeering", name, {}, opts);
    const { source, cluster, database } = checked;
    const onSource = { parent: this, provider: args.providers.source };
    const onCluster = { parent: this, provider: args.providers.cluster };
    const { connectionId, options } = connect(name, checked, onSource, onCluster);
    const ways = [
      ...openWay(`${name}-source`, database, source, cluster.cidrBlocks, connectionId, onSource),
      ...openWay(`${name}-cluster`, database, cluster, source.cidrBlocks, connectionId, onCluster),
    ];
    this.connectionId = readyWith(connectionId, [...options, ...ways]);
    this.registerOutputs({ connectionId: this.connectionId });
  }
}

/** Offered by the source's account, accepted by the cluster's; the id is known once it is. */
function connect(
  name: string,
  { database, source, cluster, resolvesRemoteNames, existingConnectionId }: CheckedArgs,
  onSource: pulumi.CustomResourceOptions,
  onCluster: pulumi.CustomResourceOptions,
): { connectionId: pulumi.Output<string>; options: pulumi.CustomResource[] } {
  if (existingConnectionId !== undefined) return { connectionId: pulumi.output(existingConnectionId), options: [] };
  const tags = awsTags(database, "peering");
  const request = new aws.ec2.VpcPeeringConnection(
    `${name}-request`,
    {
      vpcId: source.vpcId,
      peerVpcId: cluster.vpcId,
      peerOwnerId: cluster.accountId,
      peerRegion: cluster.region,
      autoAccept: false,
      tags,
    },
    onSource,
  );
  const { id: connectionId } = new aws.ec2.VpcPeeringConnectionAccepter(
    `${name}-acceptance`,
    { vpcPeeringConnectionId: request.id, autoAccept: true, tags },
    onCluster,
  );
  const resolution = { allowRemoteVpcDnsResolution: resolvesRemoteNames };
  return {
    connectionId,
    options: [
      new aws.ec2.PeeringConnectionOptions(
        `${name}-source-options`,
        { vpcPeeringConnectionId: connectionId, requester: resolution },
        onSource,
      ),
      new aws.ec2.PeeringConnectionOptions(
        `${name}-cluster-options`,
        { vpcPeeringConnectionId: connectionId, accepter: resolution },
        onCluster,
      ),
    ],
  };
}

/** On one side: routes to the other one, and rules that let its MySQL clients in. */
function openWay(
  name: string,
  database: string,
  { routeTableIds, securityGroupIds, port }: Network,
  peerBlocks: readonly string[],
  vpcPeeringConnectionId: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource[] {
  return peerBlocks.flatMap((block) => [
    ...routeTableIds.map(
      (routeTableId) =>
        new aws.ec2.Route(
          `${name}-route-${routeTableId}-${block}`,
          { routeTableId, destinationCidrBlock: block, vpcPeeringConnectionId },
          opts,
        ),
    ),
    ...securityGroupIds.map(
      (securityGroupId) =>
        new aws.vpc.SecurityGroupIngressRule(
          `${name}-mysql-${securityGroupId}-${block}`,
          {
            securityGroupId,
            description: `MySQL of ${database} from the peered network`,
            ipProtocol: "tcp",
            fromPort: port,
            toPort: port,
            cidrIpv4: block,
            tags: awsTags(database, "mysql"),
          },
          opts,
        ),
    ),
  ]);
}
