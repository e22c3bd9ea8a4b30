import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { oidcProviderArn, roleArn, roleName } from "./aws-arguments";
import { awsName, awsTags, irsaRoleName } from "./aws-names";
import { backupPlaceShape } from "./backup-place";
import { backupReadPolicy } from "./backup-policies";
import { checkArguments } from "./check-arguments";
import { irsaTrustPolicy } from "./irsa-trust-policy";
import { namespaceName, serviceAccountName } from "./kubernetes-arguments";
import { readyWith } from "./ready";

const argsSchema = z
  .object({
    ...backupPlaceShape,
    /** ARN of the cluster's OIDC provider in account B. */
    oidcProviderArn,
    /** Where the target's pods run. */
    namespace: namespaceName,
    serviceAccount: serviceAccountName,
    /** Changing it replaces the role. @default irsa_role_db_replication_DATABASE */
    roleName: roleName.exactOptional(),
    /** A role that is there already: it is used as it is, and nothing is created. */
    existingRoleArn: roleArn.exactOptional(),
  })
  .refine((args) => args.roleName !== undefined || roleName.safeParse(irsaRoleName(args.database)).success, {
    path: ["roleName"],
    error: "wanted a name of your own: made of the database's, it is longer than 64 characters",
  })
  .superRefine(({ partition, oidcProviderArn, existingRoleArn }, context) => {
    for (const [key, arn] of Object.entries({ oidcProviderArn, existingRoleArn })) {
      if (arn === undefined || arn.startsWith(`arn:${partition}:`)) continue;
      context.addIssue({ code: "custom", path: [key], message: `is not in the bucket's partition, ${partition}` });
    }
  });

export interface IrsaRoleArgs extends z.input<typeof argsSchema> {
  /** Account B, with the cluster. */
  readonly provider: aws.Provider;
}

/** The role with which the target's pods, and nobody else, read the database's backups in the other account. */
export class IrsaRole extends pulumi.ComponentResource {
  /** Known only once the role's policy is attached. */
  readonly roleArn: pulumi.Output<string>;
  /** Whom the role trusts and what it may do, as JSON: what an existing role has to have. */
  readonly trustPolicy: string;
  readonly readPolicy: string;

  constructor(name: string, args: IrsaRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = checkArguments(`the IRSA role ${name}`, argsSchema, args);
    super("gtid-ferry:index:IrsaRole", name, {}, opts);
    const child = { parent: this, provider: args.provider };
    this.trustPolicy = JSON.stringify(irsaTrustPolicy(checked));
    this.readPolicy = JSON.stringify(backupReadPolicy(checked));
    this.roleArn =
      checked.existingRoleArn === undefined
        ? this.createRole(name, checked, child)
        : pulumi.output(checked.existingRoleArn);
    this.registerOutputs({ roleArn: this.roleArn });
  }

  private createRole(
    name: string,
    { database, roleName: ownName }: z.output<typeof argsSchema>,
    child: pulumi.CustomResourceOptions,
  ): pulumi.Output<string> {
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        name: ownName ?? irsaRoleName(database),
        description: `Pods of the MySQL target of ${database} read its backups`,
        assumeRolePolicy: this.trustPolicy,
        tags: awsTags(database, "target"),
      },
      child,
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-read-backups`,
      { name: awsName(database, "read-backups"), role: role.name, policy: this.readPolicy },
      child,
    );
    return readyWith(role.arn, [policy]);
  }
}
