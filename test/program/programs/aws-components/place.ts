/** The two accounts of the test, and what is there before the program. */
export const DATABASE = "shop";
export const SOURCE = { account: "111111111111", region: "eu-central-1", profile: "source" } as const;
export const CLUSTER = {
  account: "222222222222",
  region: "eu-west-1",
  roleArn: "arn:aws:iam::222222222222:role/migrator",
} as const;
export const SOURCE_ROLE = "mysql-host";
export const BACKUP_PLACE = { database: DATABASE, bucket: "shop-backups", keyPrefix: "gtid-ferry" } as const;

export const SOURCE_NETWORK = {
  vpcId: "vpc-0a0a0a0a",
  cidrBlocks: ["10.10.0.0/16"],
  routeTableIds: ["rtb-0a0a0a0a"],
  securityGroupIds: ["sg-0a0a0a0a"],
};
export const CLUSTER_NETWORK = {
  vpcId: "vpc-0b0b0b0b",
  cidrBlocks: ["10.20.0.0/16"],
  routeTableIds: ["rtb-0b0b0b0b"],
  securityGroupIds: ["sg-0b0b0b0b"],
};
