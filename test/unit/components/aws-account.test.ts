import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AwsAccountArgs, awsAccount } from "../../../components/aws-account.js";
import { forgetResources, mockPulumi, recordedProviders, settled } from "../helpers/recorded-resources.js";

beforeAll(() => mockPulumi());
beforeEach(forgetResources);

const args: AwsAccountArgs = { accountId: "111111111111", region: "eu-central-1" };
const roleArn = "arn:aws:iam::111111111111:role/deploy";

async function inputs(more: Partial<AwsAccountArgs>) {
  await settled(awsAccount("account-a", { ...args, ...more }).urn);
  return recordedProviders();
}

describe("awsAccount", () => {
  it("is one provider that works in that account only", async () => {
    expect(await inputs({ profile: "sre" })).toEqual([
      {
        type: "pulumi:providers:aws",
        name: "account-a",
        // A provider's inputs are texts.
        inputs: expect.objectContaining({
          region: "eu-central-1",
          allowedAccountIds: '["111111111111"]',
          profile: "sre",
        }),
      },
    ]);
  });

  it("assumes a role", async () => {
    const [provider] = await inputs({ roleArn, externalId: "ferry" });
    expect(JSON.parse(String(provider?.inputs.assumeRoles))).toEqual([
      { roleArn, sessionName: "gtid-ferry", externalId: "ferry" },
    ]);
    expect(provider?.inputs.profile).toBeUndefined();
  });

  it.each([
    [{ accountId: "1" }, "accountId: wanted the 12 digits"],
    [{ region: "Frankfurt" }, "region: wanted an AWS region"],
    [{ profile: "" }, "profile: "],
    [{ roleArn: "deploy" }, "roleArn: wanted a role's ARN"],
    [{ roleArn: roleArn.replaceAll("1", "3") }, "roleArn: is no role of 111111111111"],
    [{ externalId: "ferry" }, "externalId: is for a roleArn, and there is none"],
  ])("refuses %o, before anything is declared", (changes, expected) => {
    expect(() => awsAccount("account-a", { ...args, ...changes })).toThrow(expected);
    expect(recordedProviders()).toEqual([]);
  });
});
