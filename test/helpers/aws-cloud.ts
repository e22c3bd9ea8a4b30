import { join } from "node:path";
import { Cloud } from "../doubles/aws-plugin/cloud.js";
import { TYPES } from "../doubles/aws-plugin/types.js";

/** An account in one region. */
export interface AwsPlace {
  readonly account: string;
  readonly region: string;
}

export interface AwsCloudOptions {
  /** Accounts of the profiles; `default` is who works without one. */
  readonly profiles: Readonly<Record<string, string>>;
  /** Of a lab's S3, for buckets that are really made. */
  readonly s3Endpoint?: string;
}

/** AWS, as the stand-in for Pulumi's AWS plugin shows it to a program: what it makes, and what was there before. */
export class AwsCloud {
  /** What is there; changed through this, it has changed behind Pulumi's back. */
  readonly things: Cloud;
  /** For the CLI. */
  readonly environment: Readonly<Record<string, string>>;

  constructor(directory: string, { profiles, s3Endpoint }: AwsCloudOptions) {
    const path = join(directory, "aws-cloud");
    this.things = new Cloud(path);
    this.environment = {
      GTID_FERRY_AWS_CLOUD: path,
      GTID_FERRY_AWS_PROFILES: JSON.stringify(profiles),
      ...(s3Endpoint === undefined ? {} : { GTID_FERRY_AWS_S3_ENDPOINT: s3Endpoint }),
    };
  }

  /** A role that somebody else made. */
  async addRole({ account, region }: AwsPlace, name: string): Promise<void> {
    const properties = { name, arn: `arn:aws:iam::${account}:role/${name}` };
    await this.things.put({ account, region, type: TYPES.role, id: name, properties });
  }

  /** A network that somebody else made. */
  async addNetwork(
    { account, region }: AwsPlace,
    network: {
      readonly vpcId: string;
      readonly routeTableIds: readonly string[];
      readonly securityGroupIds: readonly string[];
    },
  ): Promise<void> {
    const add = (type: string, id: string) => this.things.put({ account, region, type, id, properties: {} });
    await add(TYPES.vpc, network.vpcId);
    for (const id of network.routeTableIds) await add(TYPES.routeTable, id);
    for (const id of network.securityGroupIds) await add(TYPES.securityGroup, id);
  }
}
