import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { roleName } from "./aws-arguments";
import { awsName } from "./aws-names";
import { backupPlaceShape } from "./backup-place";
import { sourceUploadPolicy } from "./backup-policies";
import { checkArguments } from "./check-arguments";
import { readyWith } from "./ready";

const argsSchema = z.object({
  ...backupPlaceShape,
  /** Name of the role in the instance profile of the source's host; it stays, only a policy is added to it. */
  roleName,
});

export interface SourceUploadAccessArgs extends z.input<typeof argsSchema> {
  /** Account A, with the source. */
  readonly provider: aws.Provider;
}

/** Lets the source's host upload backups of its database, and nothing else. */
export class SourceUploadAccess extends pulumi.ComponentResource {
  /** The role's name, known only once it may upload. */
  readonly roleName: pulumi.Output<string>;

  constructor(name: string, args: SourceUploadAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = checkArguments(`the upload access ${name}`, argsSchema, args);
    super("gtid-ferry:index:SourceUploadAccess", name, {}, opts);
    // Inline: a role takes few managed policies, and hosts with several databases have one policy for each.
    const policy = new aws.iam.RolePolicy(
      `${name}-upload-backups`,
      {
        name: awsName(checked.database, "upload-backups"),
        role: checked.roleName,
        policy: JSON.stringify(sourceUploadPolicy(checked)),
      },
      { parent: this, provider: args.provider },
    );
    this.roleName = readyWith(checked.roleName, [policy]);
    this.registerOutputs({ roleName: this.roleName });
  }
}
