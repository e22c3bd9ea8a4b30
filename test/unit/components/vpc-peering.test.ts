import * as aws from "@pulumi/aws";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { VpcPeering, type VpcPeeringArgs } from "../../../components/vpc-peering.js";
import { forgetResources, mockPulumi, recordedResources, recording, settled } from "../helpers/recorded-resources.js";

const ends: string[] = [];
beforeAll(() =>
  mockPulumi(async (type) => {
    // Long enough for an output that does not wait.
    if (type.startsWith("aws:")) await new Promise((resolve) => setTimeout(resolve, 50));
    ends.push(type);
    return {};
  }),
);
beforeEach(() => {
  forgetResources();
  ends.length = 0;
});

const source = {
  vpcId: "vpc-aaaa0001",
  cidrBlocks: ["10.20.0.0/16"],
  routeTableIds: ["rtb-aaaa0001", "rtb-aaaa0002"],
  securityGroupIds: ["sg-aaaa0001"],
};
const cluster = {
  vpcId: "vpc-bbbb0001",
  cidrBlocks: ["10.10.0.0/16", "100.64.0.0/16"],
  routeTableIds: ["rtb-bbbb0001"],
  securityGroupIds: ["sg-bbbb0001"],
  accountId: "222222222222",
  region: "eu-west-1",
};

function declare(changes: Partial<VpcPeeringArgs> = {}): VpcPeering {
  const providers = { source: new aws.Provider("account-a"), cluster: new aws.Provider("account-b") };
  return new VpcPeering("shop-peering", { providers, database: "shop", source, cluster, ...changes }, recording);
}

const onSource = { parent: "shop-peering", provider: "account-a" };
const onCluster = { parent: "shop-peering", provider: "account-b" };
const tags = (noun: string) => ({ Name: `gtid-ferry-shop-${noun}`, "gtid-ferry:database": "shop" });

function route(name: string, routeTableId: string, destinationCidrBlock: string, connection: string) {
  const inputs = { routeTableId, destinationCidrBlock, vpcPeeringConnectionId: connection };
  return { type: "aws:ec2/route:Route", name, inputs };
}

function rule(name: string, securityGroupId: string, cidrIpv4: string, port = 3306) {
  return {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    name,
    inputs: {
      securityGroupId,
      description: "MySQL of shop from the peered network",
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      cidrIpv4,
      tags: tags("mysql"),
    },
  };
}

function ways(connection: string) {
  return {
    cluster: [
      { ...rule("shop-peering-cluster-mysql-sg-bbbb0001-10.20.0.0/16", "sg-bbbb0001", "10.20.0.0/16"), ...onCluster },
      {
        ...route("shop-peering-cluster-route-rtb-bbbb0001-10.20.0.0/16", "rtb-bbbb0001", "10.20.0.0/16", connection),
        ...onCluster,
      },
    ],
    source: [
      ...["10.10.0.0/16", "100.64.0.0/16"].map((block) => ({
        ...rule(`shop-peering-source-mysql-sg-aaaa0001-${block}`, "sg-aaaa0001", block),
        ...onSource,
      })),
      ...["rtb-aaaa0001", "rtb-aaaa0002"].flatMap((table) =>
        ["10.10.0.0/16", "100.64.0.0/16"].map((block) => ({
          ...route(`shop-peering-source-route-${table}-${block}`, table, block, connection),
          ...onSource,
        })),
      ),
    ],
  };
}

const component = {
  type: "gtid-ferry:index:VpcPeering",
  name: "shop-peering",
  inputs: {},
  parent: undefined,
  provider: undefined,
};

describe("VpcPeering", () => {
  it("registers request and acceptance, each side in its account, and the way in both directions", async () => {
    const { connectionId } = declare();
    const expected = ways("shop-peering-acceptance-id");
    expect(await recordedResources(connectionId)).toEqual([
      component,
      {
        type: "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
        name: "shop-peering-acceptance",
        inputs: { vpcPeeringConnectionId: "shop-peering-request-id", autoAccept: true, tags: tags("peering") },
        ...onCluster,
      },
      expected.cluster[0],
      {
        type: "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
        name: "shop-peering-cluster-options",
        inputs: {
          vpcPeeringConnectionId: "shop-peering-acceptance-id",
          accepter: { allowRemoteVpcDnsResolution: true },
        },
        ...onCluster,
      },
      expected.cluster[1],
      {
        type: "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        name: "shop-peering-request",
        inputs: {
          vpcId: "vpc-aaaa0001",
          peerVpcId: "vpc-bbbb0001",
          peerOwnerId: "222222222222",
          peerRegion: "eu-west-1",
          autoAccept: false,
          tags: tags("peering"),
        },
        ...onSource,
      },
      ...expected.source.slice(0, 2),
      {
        type: "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
        name: "shop-peering-source-options",
        inputs: {
          vpcPeeringConnectionId: "shop-peering-acceptance-id",
          requester: { allowRemoteVpcDnsResolution: true },
        },
        ...onSource,
      },
      ...expected.source.slice(2),
    ]);
  });

  it("tells the connection only once all of the way is there", async () => {
    expect(await settled(declare().connectionId)).toBe("shop-peering-acceptance-id");
    expect(ends.filter((type) => type.startsWith("aws:"))).toHaveLength(12);
  });

  it("adds only routes and rules to an existing connection", async () => {
    const { connectionId } = declare({ existingConnectionId: "pcx-11112222" });
    const expected = ways("pcx-11112222");
    expect(await recordedResources(connectionId)).toEqual([component, ...expected.cluster, ...expected.source]);
    expect(await settled(connectionId)).toBe("pcx-11112222");
  });

  it("registers nothing where another stack has made the whole way", async () => {
    const nothing = { routeTableIds: [], securityGroupIds: [] };
    const { connectionId } = declare({
      source: { ...source, ...nothing },
      cluster: { ...cluster, ...nothing },
      existingConnectionId: "pcx-11112222",
    });
    expect(await recordedResources(connectionId)).toEqual([component]);
    expect(await settled(connectionId)).toBe("pcx-11112222");
  });

  it("opens other ports, and leaves names alone, where that is asked for", async () => {
    const { connectionId } = declare({ source: { ...source, port: 3307 }, resolvesRemoteNames: false });
    const recorded = await recordedResources(connectionId);
    const inputsOf = (name: string) => recorded.find((resource) => resource.name === `shop-peering-${name}`)?.inputs;
    const opened = { fromPort: 3307, toPort: 3307 };
    expect(inputsOf("source-mysql-sg-aaaa0001-10.10.0.0/16")).toMatchObject(opened);
    expect(inputsOf("cluster-mysql-sg-bbbb0001-10.20.0.0/16")).toMatchObject({ fromPort: 3306, toPort: 3306 });
    expect(inputsOf("source-options")?.requester).toEqual({ allowRemoteVpcDnsResolution: false });
    expect(inputsOf("cluster-options")?.accepter).toEqual({ allowRemoteVpcDnsResolution: false });
  });

  it.each<[Partial<VpcPeeringArgs>, string]>([
    [
      { source: { ...source, cidrBlocks: ["10.10.128.0/17"] } },
      "source.cidrBlocks: 10.10.128.0/17 of the source overlaps with 10.10.0.0/16 of the cluster",
    ],
    [{ source: { ...source, cidrBlocks: ["10.20.0.0"] } }, "source.cidrBlocks.0: wanted an IPv4 CIDR block such as"],
    [{ source: { ...source, cidrBlocks: ["10.20.0.300/16"] } }, "source.cidrBlocks.0: wanted an IPv4 CIDR block"],
    [{ source: { ...source, cidrBlocks: ["10.20.0.1/16"] } }, "source.cidrBlocks.0: 10.20.0.1/16 has bits set behind"],
    [{ source: { ...source, cidrBlocks: ["11.0.0.0/8"] } }, "source.cidrBlocks.0: 11.0.0.0/8 is no VPC's"],
    [{ source: { ...source, cidrBlocks: [] } }, "source.cidrBlocks: wanted at least one CIDR block"],
    [
      { source: { ...source, cidrBlocks: ["10.20.0.0/16", "10.20.4.0/24"] } },
      "source.cidrBlocks.1: 10.20.4.0/24 overlaps with 10.20.0.0/16",
    ],
    [
      { cluster: { ...cluster, routeTableIds: ["rtb-bbbb0001", "rtb-bbbb0001"] } },
      "cluster.routeTableIds.1: rtb-bbbb0001 is there twice",
    ],
    [{ cluster: { ...cluster, routeTableIds: [] } }, "cluster.routeTableIds: wanted at least one for a new connection"],
    [
      { cluster: { ...cluster, securityGroupIds: ["default"] } },
      "cluster.securityGroupIds.0: wanted an id such as sg-",
    ],
    [{ cluster: { ...cluster, accountId: "22" } }, "cluster.accountId: wanted the 12 digits"],
    [{ cluster: { ...cluster, region: "Ireland" } }, "cluster.region: wanted an AWS region"],
    [{ cluster: { ...cluster, port: 0 } }, "cluster.port: "],
    [{ existingConnectionId: "11112222" }, "existingConnectionId: wanted an id such as pcx-"],
  ])("refuses %o, before anything is declared", async (changes, expected) => {
    expect(() => declare(changes)).toThrow(expected);
    expect(await recordedResources()).toEqual([]);
  });

  it("names all mistakes at once, overlaps too", () => {
    const wrong = {
      database: "Shop",
      source: { ...source, vpcId: "a", cidrBlocks: ["10.10.0.0/16", "10.20.0.0/33"] },
      cluster: { ...cluster, region: "x" },
    };
    expect(() => declare(wrong)).toThrow(/^the peering shop-peering has 5 mistake\(s\)\n/);
  });
});
