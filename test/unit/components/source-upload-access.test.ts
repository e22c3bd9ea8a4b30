import * as aws from "@pulumi/aws";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SourceUploadAccess, type SourceUploadAccessArgs } from "../../../components/source-upload-access.js";
import { forgetResources, mockPulumi, recordedResources, recording, settled } from "../helpers/recorded-resources.js";

beforeAll(() => mockPulumi());
beforeEach(forgetResources);

function declare(changes: Partial<SourceUploadAccessArgs> = {}): SourceUploadAccess {
  return new SourceUploadAccess(
    "shop-upload",
    {
      provider: new aws.Provider("account-a"),
      database: "shop",
      bucket: "shop-backups",
      keyPrefix: "gtid-ferry",
      roleName: "mysql-host",
      ...changes,
    },
    recording,
  );
}

describe("SourceUploadAccess", () => {
  it("adds one policy to the host's role in account A, and nothing else", async () => {
    const access = declare();
    expect(await recordedResources(access.roleName)).toEqual([
      {
        type: "gtid-ferry:index:SourceUploadAccess",
        name: "shop-upload",
        inputs: {},
        parent: undefined,
        provider: undefined,
      },
      {
        type: "aws:iam/rolePolicy:RolePolicy",
        name: "shop-upload-upload-backups",
        inputs: {
          name: "gtid-ferry-shop-upload-backups",
          role: "mysql-host",
          policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Sid: "UploadBackups",
                Effect: "Allow",
                Action: ["s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"],
                Resource: "arn:aws:s3:::shop-backups/gtid-ferry/shop/*",
              },
              {
                Sid: "ListBackups",
                Effect: "Allow",
                Action: "s3:ListBucket",
                Resource: "arn:aws:s3:::shop-backups",
                Condition: { StringLike: { "s3:prefix": "gtid-ferry/shop/*" } },
              },
              {
                Sid: "ListUnfinishedUploads",
                Effect: "Allow",
                Action: "s3:ListBucketMultipartUploads",
                Resource: "arn:aws:s3:::shop-backups",
              },
            ],
          }),
        },
        parent: "shop-upload",
        provider: "account-a",
      },
    ]);
    expect(await settled(access.roleName)).toBe("mysql-host");
  });

  it("names all mistakes at once, before anything is declared", async () => {
    const wrong = { database: "Shop", bucket: "B", keyPrefix: "/x", roleName: "my role" };
    expect(() => declare(wrong)).toThrow(
      /^the upload access shop-upload has 4 mistake\(s\)\n {2}database: .*\n {2}bucket: .*\n {2}keyPrefix: .*\n {2}roleName: .*$/,
    );
    expect(await recordedResources()).toEqual([]);
  });
});
