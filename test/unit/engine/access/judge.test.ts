import { describe, expect, it } from "vitest";
import { chartPod } from "../../../../engine/access/chart-pod.js";
import { type AccessObservation, judgeAccess } from "../../../../engine/access/judge.js";
import type { Look, LookName, VaultAnswer } from "../../../../engine/access/observation.js";
import type { AccessRequest } from "../../../../engine/access/request.js";

const ROLE = "arn:aws:iam::222222222222:role/irsa_role_db_replication_shop";
const IDENTITY = "arn:aws:sts::222222222222:assumed-role/irsa_role_db_replication_shop/botocore-session";
const GREETING =
  "4a 00 00 00 0a 38 2e 30 2e 34 36 00 08 00 00 00 41 42 43 44 45 46 47 48 00 ff ff ff 02 00 ff df 15 00 00 00 00 00 00 00 00 00 00 61 62 63 64 65 66 67 68 69 6a 6b 6c 00 63 61 63 68 69 6e 67 5f 73 68 61 32 5f 70 61 73 73 77 6f 72 64 00";

const request: AccessRequest = {
  cluster: { kubeconfig: "", namespace: "databases" },
  release: "shop",
  chartValues: { serviceAccount: { roleArn: ROLE }, credentials: { source: "vault" } },
  database: "shop",
  bucket: { bucket: "db-migration", region: "eu-central-1", keyPrefix: "/gtid-ferry/" },
  source: { host: "10.20.1.5", port: 3306 },
  vault: { address: "https://vault.example:8200" },
  startTimeoutSeconds: 60,
};

const ok = (output: string): Look => ({ exitCode: 0, output });
const failed = (exitCode: number, output: string): Look => ({ exitCode, output });
const aws = (code: string, operation: string) =>
  failed(254, `An error occurred (${code}) when calling the ${operation} operation: no`);

const GOOD: Record<LookName, Look> = {
  identity: ok(IDENTITY),
  list: ok("1"),
  read: ok("nonce"),
  source: ok(`connected\n ${GREETING.replaceAll(/(.{48})/g, "$1\n")}`),
  vault: ok("connected"),
};

function judged(
  looks: Partial<Record<LookName, Look>> = {},
  changes: Partial<AccessObservation> = {},
  changedRequest: Partial<AccessRequest> = {},
) {
  const changed = { ...request, ...changedRequest };
  return judgeAccess(changed, chartPod(changed), {
    account: undefined,
    pod: { looks: { ...GOOD, ...looks } },
    testObject: { kind: "written", content: "nonce" },
    vault: { step: "done", keys: ["DB_USERNAME", "DB_PASSWORD", "SOURCE_HOST_IP"] },
    ...changes,
  });
}

/** All that is not good. */
const bad = (...args: Parameters<typeof judged>) => judged(...args).filter(({ severity }) => severity !== "ok");

it("finds nothing where all is as it should be", () => {
  expect(judged().map(({ severity, check, seen }) => `${severity} ${check}: ${seen}`)).toEqual([
    "ok service-account: none yet; the pod of this check had one of the same name, which is gone again",
    `ok aws-identity: ${IDENTITY}`,
    "ok bucket-list: listed",
    "ok bucket-read: read",
    "ok source-port: MySQL 8.0.46 greets",
    "ok vault-port: connected",
    "ok vault-login: logged in",
    "ok vault-secret: has DB_USERNAME, DB_PASSWORD",
  ]);
});

describe("the service account", () => {
  const helmOwner = "databases/shop";
  const annotations = { "eks.amazonaws.com/role-arn": ROLE };
  it("may be the release's own, with its role", () => {
    expect(bad({}, { account: { helmOwner, annotations } })).toEqual([]);
  });

  it.each([
    ["of nobody", {}, /^it is there, and Helm does not know it/, /serviceAccount\.create: false[\s\S]*kubectl label/],
    [
      "of another release",
      { helmOwner: "databases/orders" },
      /belongs to release databases\/orders/,
      /kubectl annotate/,
    ],
    [
      "of another role",
      { helmOwner, annotations: {} },
      /^it names no role, not arn/,
      /^kubectl annotate .*role-arn=arn/,
    ],
  ])("is refused when it is %s", (_, account, seen, fix) => {
    expect(bad({}, { account: { annotations, ...account } })).toEqual([
      expect.objectContaining({
        check: "service-account",
        severity: "blocker",
        seen: expect.stringMatching(seen),
        fix: expect.stringMatching(fix),
      }),
    ]);
  });
});

describe("the bucket", () => {
  const rights =
    /^allow s3:ListBucket on arn:aws:s3:::db-migration with the prefix gtid-ferry\/shop\/\*.*bucket's policy/;
  it.each<[string, Look, RegExp]>([
    ["denied", aws("AccessDenied", "ListObjectsV2"), rights],
    ["missing", aws("NoSuchBucket", "ListObjectsV2"), /^create the bucket db-migration/],
    ["elsewhere", aws("PermanentRedirect", "ListObjectsV2"), /^give the region .* instead of eu-central-1/],
    ["closed to the keys", aws("InvalidAccessKeyId", "ListObjectsV2"), /^give keys that are valid/],
    ["not for the role", aws("AccessDenied", "AssumeRoleWithWebIdentity"), /^let the role's trust policy name/],
    ["without a login", failed(253, "Unable to locate credentials."), /^give the pod a login: serviceAccount.roleArn/],
    ["far away", failed(124, ""), /gateway endpoint for S3 or a NAT gateway/],
    ["without a program", failed(127, "aws: No such file or directory"), /^give an image with the AWS CLI/],
    ["unclear", failed(255, "Could not connect"), /^check bucket, region, endpoint/],
  ])("is %s", (_, list, fix) => {
    expect(bad({ list })).toEqual([
      expect.objectContaining({ check: "bucket-list", severity: "blocker", fix: expect.stringMatching(fix) }),
    ]);
  });

  it("names key and right of an object that is denied", () => {
    const [finding] = bad({ read: aws("AccessDenied", "GetObject") });
    expect(finding?.server).toBe("s3://db-migration/gtid-ferry/shop/access-check");
    expect(finding?.fix).toMatch(
      /^allow s3:GetObject on arn:aws:s3:::db-migration\/gtid-ferry\/shop\/\*, and kms:Decrypt/,
    );
  });

  it("tells of both, a right and an object that may be missing, where S3 gives the same answer to them", () => {
    const testObject = { kind: "refused", why: "AccessDenied" } as const;
    const [finding] = bad({ read: aws("AccessDenied", "GetObject") }, { testObject });
    expect(finding?.seen).toMatch(
      /there is no test object, or the pod may not read it, and this machine could not put/,
    );
    expect(finding?.fix).toMatch(
      /^put one there [\s\S]*\nwhere that does not help, allow s3:GetObject on arn:aws:s3:::db-/,
    );
  });

  it("says how to put the object there, and why this machine could not", () => {
    const testObject = { kind: "refused", why: "AccessDenied" } as const;
    expect(bad({ read: aws("NoSuchKey", "GetObject") }, { testObject })).toEqual([
      expect.objectContaining({
        check: "bucket-read",
        severity: "blocker",
        seen: "there is no test object, and this machine could not put one there: AccessDenied",
        fix: expect.stringContaining(
          "aws s3 cp - s3://db-migration/gtid-ferry/shop/access-check --region eu-central-1",
        ),
      }),
    ]);
  });

  it("takes any object where somebody else puts it there, and none but its own otherwise", () => {
    const read = ok("gtid-ferry");
    expect(bad({ read }, { testObject: { kind: "left to others" } })).toEqual([]);
    expect(bad({ read })).toEqual([
      expect.objectContaining({
        check: "bucket-read",
        fix: expect.stringMatching(/^give the pod and this machine the same/),
      }),
    ]);
  });

  it("sees a pod that has not got its role", () => {
    const identity = ok("arn:aws:sts::222222222222:assumed-role/node-group/i-0abc");
    expect(bad({ identity })).toEqual([
      expect.objectContaining({ check: "aws-identity", severity: "blocker", fix: expect.stringContaining("webhook") }),
    ]);
  });
});

describe("the source", () => {
  const packet = (hex: string) => `${(hex.length / 2).toString(16).padStart(2, "0")}000000${hex}`;
  const refusal = (code: number, text: string) => {
    const bytes = Buffer.from([0xff, code & 0xff, code >> 8]);
    return ok(`connected\n${packet(Buffer.concat([bytes, Buffer.from(text)]).toString("hex"))}`);
  };
  it.each<[string, Look, "blocker" | "warning", RegExp, RegExp]>([
    ["is not reached", failed(124, ""), "blocker", /^no answer in time/, /^let the pods' network in: .*port 3306/],
    [
      "refuses",
      failed(1, "bash: line 1: connect: Connection refused"),
      "blocker",
      /Connection refused$/,
      /^let mysqld listen/,
    ],
    [
      "is silent",
      failed(124, "connected"),
      "blocker",
      /^something else listens there: it says nothing/,
      /own host and port/,
    ],
    [
      "is not MySQL",
      ok(`connected\n${Buffer.from("SSH-2.0-x\r\n").toString("hex")}`),
      "blocker",
      /says "SSH-2.0-x"/,
      /own host/,
    ],
    [
      "knows nobody from there",
      refusal(1130, "Host '10.10.1.2' is not allowed"),
      "blocker",
      /1130 Host/,
      /replicationHost/,
    ],
    ["has blocked the pod", refusal(1129, "Host '10.10.1.2' is blocked"), "blocker", /1129/, /^TRUNCATE TABLE/],
    ["is full", refusal(1040, "Too many connections"), "warning", /1040/, /max_connections/],
  ])("%s", (_, source, severity, seen, fix) => {
    expect(bad({ source })).toEqual([
      expect.objectContaining({
        check: "source-port",
        server: "source 10.20.1.5:3306",
        severity,
        seen: expect.stringMatching(seen),
        fix: expect.stringMatching(fix),
      }),
    ]);
  });
});

describe("Vault", () => {
  it.each<[string, VaultAnswer, string, RegExp]>([
    ["no token", { step: "token", why: "403" }, "vault-login", /serviceaccounts\/token/],
    ["no way", { step: "reach", why: "self-signed certificate" }, "vault-login", /caCertFile/],
    ["no role", { step: "login", status: 400, errors: [] }, "vault-login", /^give the role of that name[^\n]*$/],
    [
      "no mount",
      { step: "login", status: 404, errors: [] },
      "vault-login",
      /^enable Kubernetes auth at auth\/kubernetes/,
    ],
    [
      "no trust",
      { step: "login", status: 403, errors: [] },
      "vault-login",
      /names=shop .*namespaces=databases[\s\S]*audience/,
    ],
    [
      "no right",
      { step: "read", status: 403, errors: [] },
      "vault-secret",
      /path "kv\/data\/db_replication\/shop" \{ cap/,
    ],
    ["no secret", { step: "read", status: 404, errors: [] }, "vault-secret", /^write the secret/],
    ["no password", { step: "done", keys: ["DB_USERNAME"] }, "vault-secret", /^write them to kv\/data/],
  ])("has %s", (_, vault, check, fix) => {
    expect(bad({}, { vault })).toEqual([
      expect.objectContaining({ check, severity: "blocker", fix: expect.stringMatching(fix) }),
    ]);
  });

  it("is not reached from the pods", () => {
    expect(bad({ vault: failed(124, "") })).toEqual([
      expect.objectContaining({ check: "vault-port", severity: "blocker", seen: "no answer in time" }),
    ]);
  });

  it("needs the keys for S3 too, where the pods take them from there", () => {
    const chartValues = { credentials: { source: "vault", vault: { s3Keys: true } } };
    expect(bad({}, {}, { chartValues }).map(({ seen }) => seen)).toEqual([
      "has no AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
    ]);
  });
});

it("says why the pod did not look", () => {
  const findings = bad({}, { pod: { unseen: "the pod did not start", fix: "correct its image" } });
  expect(findings).toEqual([expect.objectContaining({ check: "pod", severity: "blocker", fix: "correct its image" })]);
});

it("names chart values that the chart would not take", () => {
  const chartValues = { image: { tag: 8 }, serviceAccount: { create: "yes" } };
  expect(() => chartPod({ ...request, chartValues })).toThrow(/image\.tag: .*serviceAccount\.create: /);
});
