import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { accountId, region, roleArn } from "./aws-arguments";
import { checkArguments } from "./check-arguments";

/** Who works in one account, and in which region. */
export const awsAccountSchema = z
  .strictObject({
    /** The provider works in no other account, whatever its credentials open. */
    accountId,
    region,
    /** Profile of the AWS configuration on this machine; without it the environment's credentials are used. */
    profile: z.string().min(1).exactOptional(),
    /** Role that is assumed with them. */
    roleArn: roleArn.exactOptional(),
    /** What the role's trust policy may ask for. */
    externalId: z.string().min(2).max(1224).exactOptional(),
  })
  .superRefine(({ accountId, roleArn, externalId }, context) => {
    const mistake = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (roleArn !== undefined && roleArn.split(":")[4] !== accountId) mistake("roleArn", `is no role of ${accountId}`);
    if (roleArn === undefined && externalId !== undefined) mistake("externalId", "is for a roleArn, and there is none");
  });

export type AwsAccountArgs = z.input<typeof awsAccountSchema>;

/** The provider for one account and region; everything in AWS is made by one of these, never by the default one. */
export function awsAccount(name: string, args: AwsAccountArgs, opts?: pulumi.ResourceOptions): aws.Provider {
  const checked = checkArguments(`the AWS account ${name}`, awsAccountSchema, args);
  const { accountId, region, profile, roleArn, externalId } = checked;
  return new aws.Provider(
    name,
    {
      region,
      allowedAccountIds: [accountId],
      ...(profile === undefined ? {} : { profile }),
      ...(roleArn === undefined
        ? {}
        : {
            assumeRoles: [{ roleArn, sessionName: "gtid-ferry", ...(externalId === undefined ? {} : { externalId }) }],
          }),
    },
    opts,
  );
}
