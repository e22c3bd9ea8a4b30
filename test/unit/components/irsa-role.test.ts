import * as aws from "@pulumi/aws";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { IrsaRole, type IrsaRoleArgs } from "../../../components/irsa-role.js";
import { forgetResources, mockPulumi, recordedResources, recording, settled } from "../helpers/recorded-resources.js";

const ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/ABC123";
const OIDC = `arn:aws:iam::222222222222:oidc-provider/${ISSUER}`;
const ROLE = "arn:aws:iam::222222222222:role/irsa_role_db_replication_shop";

const trust = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "TrustServiceAccount",
      Effect: "Allow",
      Principal: { Federated: OIDC },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          [`${ISSUER}:aud`]: "sts.amazonaws.com",
          [`${ISSUER}:sub`]: "system:serviceaccount:databases:shop",
        },
      },
    },
  ],
};
const read = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "ListBackups",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: "arn:aws:s3:::shop-backups",
      Condition: { StringLike: { "s3:prefix": "gtid-ferry/shop/*" } },
    },
    {
      Sid: "ReadBackups",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: "arn:aws:s3:::shop-backups/gtid-ferry/shop/*",
    },
  ],
};

const ends: string[] = [];
beforeAll(() =>
  mockPulumi(async (type) => {
    if (type === "aws:iam/role:Role") return { arn: ROLE };
    // Long enough for an ARN that does not wait.
    if (type === "aws:iam/rolePolicy:RolePolicy") await new Promise((resolve) => setTimeout(resolve, 100));
    ends.push(type);
    return {};
  }),
);
beforeEach(forgetResources);

function declare(changes: Partial<IrsaRoleArgs> = {}): IrsaRole {
  return new IrsaRole(
    "shop-irsa",
    {
      provider: new aws.Provider("account-b"),
      database: "shop",
      bucket: "shop-backups",
      keyPrefix: "gtid-ferry",
      oidcProviderArn: OIDC,
      namespace: "databases",
      serviceAccount: "shop",
      ...changes,
    },
    recording,
  );
}

describe("IrsaRole", () => {
  it("registers a role of account B with its policy, and nothing else", async () => {
    const role = declare();
    expect(await recordedResources(role.roleArn)).toEqual([
      { type: "gtid-ferry:index:IrsaRole", name: "shop-irsa", inputs: {}, parent: undefined, provider: undefined },
      {
        type: "aws:iam/rolePolicy:RolePolicy",
        name: "shop-irsa-read-backups",
        inputs: {
          name: "gtid-ferry-shop-read-backups",
          role: "irsa_role_db_replication_shop",
          policy: JSON.stringify(read),
        },
        parent: "shop-irsa",
        provider: "account-b",
      },
      {
        type: "aws:iam/role:Role",
        name: "shop-irsa-role",
        inputs: {
          name: "irsa_role_db_replication_shop",
          description: "Pods of the MySQL target of shop read its backups",
          assumeRolePolicy: JSON.stringify(trust),
          tags: { Name: "gtid-ferry-shop-target", "gtid-ferry:database": "shop" },
        },
        parent: "shop-irsa",
        provider: "account-b",
      },
    ]);
  });

  it("tells the role's ARN only once the policy is attached", async () => {
    ends.length = 0;
    expect(await settled(declare().roleArn)).toBe(ROLE);
    expect(ends).toContain("aws:iam/rolePolicy:RolePolicy");
  });

  it("leaves an existing role as it is, and says what it has to have", async () => {
    const existing = declare({ existingRoleArn: "arn:aws:iam::222222222222:role/eks/readers" });
    expect((await recordedResources(existing.roleArn)).map(({ name }) => name)).toEqual(["shop-irsa"]);
    expect(await settled(existing.roleArn)).toBe("arn:aws:iam::222222222222:role/eks/readers");
    expect([existing.trustPolicy, existing.readPolicy].map((text) => JSON.parse(text))).toEqual([trust, read]);
  });

  it("takes another name, and the ARNs of another partition", async () => {
    const oidcProviderArn = OIDC.replace("arn:aws:", "arn:aws-cn:");
    const { roleArn } = declare({ roleName: "shop-reader", partition: "aws-cn", oidcProviderArn });
    const [, policy, role] = await recordedResources(roleArn);
    expect(role?.inputs.name).toBe("shop-reader");
    expect(policy?.inputs.policy).toBe(JSON.stringify(read).replaceAll("arn:aws:", "arn:aws-cn:"));
  });

  it.each([
    [{ roleName: "r".repeat(65) }, "roleName: wanted at most 64 characters"],
    [{ roleName: "my role" }, "roleName: wanted letters, digits and _ + = , . @ -"],
    [{ database: "d".repeat(40) }, "roleName: wanted a name of your own: made of the database's, it is longer than 64"],
    [{ namespace: "" }, "namespace: wanted the name of a Kubernetes namespace"],
    [{ namespace: "*" }, "namespace: wanted the name of a Kubernetes namespace"],
    [{ serviceAccount: "" }, "serviceAccount: wanted the name of a Kubernetes service account"],
    [{ serviceAccount: "shop*" }, "serviceAccount: wanted the name of a Kubernetes service account"],
    [{ oidcProviderArn: "oidc.eks.eu-central-1.amazonaws.com/id/X" }, "oidcProviderArn: wanted the ARN of an OIDC"],
    [{ partition: "aws-cn" as const }, "oidcProviderArn: is not in the bucket's partition, aws-cn"],
    [{ existingRoleArn: "irsa" }, "existingRoleArn: wanted a role's ARN"],
    [{ keyPrefix: "backups/*" }, "keyPrefix: wanted letters, digits"],
  ])("refuses %o, before anything is declared", async (changes, expected) => {
    expect(() => declare(changes)).toThrow(expected);
    expect(await recordedResources()).toEqual([]);
  });

  it("names all mistakes at once", () => {
    const wrong = { database: "Shop", bucket: "B", namespace: "", serviceAccount: "", roleName: "r".repeat(65) };
    expect(() => declare(wrong)).toThrow(/^the IRSA role shop-irsa has 5 mistake\(s\)\n/);
  });
});
