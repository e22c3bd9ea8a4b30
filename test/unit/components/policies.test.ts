import { anonymousPrincipal, type EvaluationResult, runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import * as aws from "@pulumi/aws";
import { beforeAll, describe, expect, it } from "vitest";
import { BackupBucket } from "../../../components/backup-bucket.js";
import { IrsaRole } from "../../../components/irsa-role.js";
import { SourceUploadAccess } from "../../../components/source-upload-access.js";
import { mockPulumi, type RecordedResource, recordedResources, recording } from "../helpers/recorded-resources.js";

const ACCOUNT_A = "111111111111";
const ACCOUNT_B = "222222222222";
const ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/ABC123";
const OTHER_ISSUER = ISSUER.replace("ABC123", "DEF456");
const OIDC = `arn:aws:iam::${ACCOUNT_B}:oidc-provider/${ISSUER}`;
const READER = `arn:aws:iam::${ACCOUNT_B}:role/irsa_role_db_replication_shop`;
const OTHER_OF_B = `arn:aws:iam::${ACCOUNT_B}:role/node`;
const UPLOADER = `arn:aws:iam::${ACCOUNT_A}:role/mysql-host`;
const BUCKET = "arn:aws:s3:::backups";
const BACKUP = `${BUCKET}/gtid-ferry/shop/b1/archive.zst`;
const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT_A}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const OTHER_BACKUP = `${BUCKET}/gtid-ferry/crm/b1/archive.zst`;

/** What the programs of both accounts really register, by type. */
let registered: readonly RecordedResource[];

beforeAll(async () => {
  await mockPulumi((type) => (type === "aws:iam/role:Role" ? { arn: READER } : {}));
  const place = { database: "shop", bucket: "backups", keyPrefix: "gtid-ferry" };
  const accounts = { a: new aws.Provider("account-a"), b: new aws.Provider("account-b") };
  const pods = { oidcProviderArn: OIDC, namespace: "databases", serviceAccount: "shop" };
  const irsa = new IrsaRole("irsa", { ...place, ...pods, provider: accounts.b }, recording);
  const bucketArgs = { ...place, provider: accounts.a, readerArn: irsa.roleArn, keepsBackups: true };
  const looser = { ...bucketArgs, readerArn: `arn:aws:iam::${ACCOUNT_B}:root` };
  const { bucket } = new BackupBucket("bucket", bucketArgs, recording);
  new BackupBucket("looser-bucket", looser, recording);
  new SourceUploadAccess("upload", { ...place, provider: accounts.a, roleName: "mysql-host" }, recording);
  const encrypted = { ...place, kmsKeyArn: KEY };
  new IrsaRole("kms-irsa", { ...encrypted, ...pods, provider: accounts.b }, recording);
  new SourceUploadAccess("kms-upload", { ...encrypted, provider: accounts.a, roleName: "mysql-host" }, recording);
  registered = await recordedResources(bucket);
});

function documentOf(name: string, property: string): unknown {
  return JSON.parse(String(registered.find((resource) => resource.name === name)?.inputs[property]));
}
const bucketPolicy = () => documentOf("bucket-policy", "policy");
const looserBucketPolicy = () => documentOf("looser-bucket-policy", "policy");
const readPolicy = () => documentOf("irsa-read-backups", "policy");
const uploadPolicy = () => documentOf("upload-upload-backups", "policy");
const everything = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
};

interface Request {
  readonly principal: Simulation["request"]["principal"];
  /** The principal's own policies. */
  readonly policies: readonly unknown[];
  readonly action: string;
  readonly resource: string;
  readonly prefix?: string;
  readonly tls?: boolean;
  readonly resourcePolicy?: unknown;
}

/** The answer of S3 to a request for the bucket, which is account A's. */
function answer({ principal, policies, action, resource, prefix, ...rest }: Request): Promise<EvaluationResult> {
  const { tls = true, resourcePolicy = bucketPolicy() } = rest;
  return simulate({
    request: {
      principal,
      action,
      resource: { resource, accountId: ACCOUNT_A },
      contextVariables: {
        "aws:SecureTransport": String(tls),
        ...(principal === anonymousPrincipal ? {} : { "aws:PrincipalArn": identityOf(principal) }),
        ...(prefix === undefined ? {} : { "s3:prefix": prefix }),
      },
    },
    identityPolicies: policies.map((policy, index) => ({ name: `policy-${index}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy,
    additionalSettings: { s3: { blockPublicAccess: true } },
  });
}

/** As AWS gives it to conditions: of a session it is the role's. */
function identityOf(principal: Simulation["request"]["principal"]): string {
  return String(principal).replace(/:sts:(.*):assumed-role\/(.*)\/.*/, ":iam:$1:role/$2");
}

/** Condition keys that exist and that the simulator does not know, each with one that it knows and that stands for it. */
const STAND_INS = [
  [ISSUER, "accounts.google.com"],
  [OTHER_ISSUER, "cognito-identity.amazonaws.com"],
  ["kms:EncryptionContext:aws:s3:arn", "kms:ViaService"],
] as const;

async function simulate(simulation: Simulation): Promise<EvaluationResult> {
  const text = STAND_INS.reduce((all, [key, known]) => all.replaceAll(key, known), JSON.stringify(simulation));
  const response = await runSimulation(JSON.parse(text), {});
  if (response.resultType !== "single") throw new Error(JSON.stringify(response));
  expect(response.result.ignoredContextKeys).toEqual([]);
  return response.overallResult;
}

const writes: readonly [string, string][] = [
  ["s3:PutObject", BACKUP],
  ["s3:DeleteObject", BACKUP],
  ["s3:DeleteObjectVersion", BACKUP],
  ["s3:AbortMultipartUpload", BACKUP],
  ["s3:PutObjectTagging", BACKUP],
  ["s3:RestoreObject", BACKUP],
  ["s3:PutObjectAcl", BACKUP],
  ["s3:PutBucketPolicy", BUCKET],
  ["s3:DeleteBucketPolicy", BUCKET],
  ["s3:DeleteBucket", BUCKET],
  ["s3:PutLifecycleConfiguration", BUCKET],
  ["s3:PutBucketVersioning", BUCKET],
  ["s3:PutBucketPublicAccessBlock", BUCKET],
];

describe("the pods' role, across accounts", () => {
  const request = (action: string, resource: string, more: Partial<Request> = {}) =>
    answer({ principal: READER, policies: [readPolicy()], action, resource, ...more });

  it.each(["s3:GetObject", "s3:GetObjectVersion"])("may %s of the database's backups", async (action) => {
    expect(await request(action, BACKUP)).toBe("Allowed");
    expect(await request(action, `${BUCKET}/gtid-ferry/shop/b1/manifest.json`)).toBe("Allowed");
  });

  it("may read in the session that its token opens", async () => {
    const principal = `arn:aws:sts::${ACCOUNT_B}:assumed-role/irsa_role_db_replication_shop/pod`;
    expect(await request("s3:GetObject", BACKUP, { principal })).toBe("Allowed");
  });

  it("may list the database's backups, and no other keys", async () => {
    expect(await request("s3:ListBucket", BUCKET, { prefix: "gtid-ferry/shop/" })).toBe("Allowed");
    expect(await request("s3:ListBucket", BUCKET, { prefix: "gtid-ferry/shop/b1/" })).toBe("Allowed");
    for (const prefix of ["", "gtid-ferry/", "gtid-ferry/crm/", "gtid-ferry/shop", "gtid-ferry/shop2/"]) {
      expect(await request("s3:ListBucket", BUCKET, { prefix }), prefix).toBe("ImplicitlyDenied");
    }
    expect(await request("s3:ListBucket", BUCKET)).toBe("ImplicitlyDenied");
  });

  it.each([
    OTHER_BACKUP,
    `${BUCKET}/gtid-ferry/shop2/b1/archive.zst`,
    `${BUCKET}/gtid-ferry/shop`,
    `${BUCKET}/other/gtid-ferry/shop/b1/archive.zst`,
    `${BUCKET}/archive.zst`,
    "arn:aws:s3:::other-backups/gtid-ferry/shop/b1/archive.zst",
  ])("may not read %s", async (resource) => {
    expect(await request("s3:GetObject", resource)).toBe("ImplicitlyDenied");
  });

  it.each(writes)("may not %s on %s, whatever its own policies say", async (action, resource) => {
    expect(await request(action, resource)).toBe("ImplicitlyDenied");
    expect(await request(action, resource, { policies: [readPolicy(), everything] })).toBe("ImplicitlyDenied");
  });

  it("may do nothing without TLS", async () => {
    expect(await request("s3:GetObject", BACKUP, { tls: false })).toBe("ExplicitlyDenied");
    expect(await request("s3:ListBucket", BUCKET, { tls: false, prefix: "gtid-ferry/shop/" })).toBe("ExplicitlyDenied");
  });

  it("needs both policies", async () => {
    expect(await request("s3:GetObject", BACKUP, { policies: [] })).toBe("ImplicitlyDenied");
  });
});

describe("everybody else", () => {
  it.each<[string, Simulation["request"]["principal"]]>([
    ["another role of account B", OTHER_OF_B],
    ["another database's role", `arn:aws:iam::${ACCOUNT_B}:role/irsa_role_db_replication_crm`],
    ["a user of account B", `arn:aws:iam::${ACCOUNT_B}:user/irsa_role_db_replication_shop`],
    ["the role's name in a third account", READER.replace(ACCOUNT_B, "333333333333")],
  ])("%s may neither read nor list nor write, whatever its own policies say", async (_, principal) => {
    const request = { principal, policies: [everything] };
    const prefix = "gtid-ferry/shop/";
    expect(await answer({ ...request, action: "s3:GetObject", resource: BACKUP })).toBe("ImplicitlyDenied");
    expect(await answer({ ...request, action: "s3:ListBucket", resource: BUCKET, prefix })).toBe("ImplicitlyDenied");
    for (const [action, resource] of writes) {
      expect(await answer({ ...request, action, resource }), action).toBe("ImplicitlyDenied");
    }
  });

  it("nobody reads without signing", async () => {
    const request = { principal: anonymousPrincipal, policies: [], action: "s3:GetObject", resource: BACKUP };
    expect(await answer(request)).toBe("ImplicitlyDenied");
  });

  it("account A's administrator may all, but only over TLS", async () => {
    const principal = `arn:aws:iam::${ACCOUNT_A}:role/admin`;
    for (const [action, resource] of [["s3:GetObject", BACKUP] as const, ...writes]) {
      const request = { principal, policies: [everything], action, resource };
      expect(await answer(request), action).toBe("Allowed");
      expect(await answer({ ...request, tls: false }), action).toBe("ExplicitlyDenied");
    }
  });
});

describe("account B as a whole, where its root is the reader", () => {
  const request = (principal: string, policies: readonly unknown[], action: string, resource: string) =>
    answer({ principal, policies, action, resource, resourcePolicy: looserBucketPolicy() });

  it("reads with those roles that it has given the right to", async () => {
    expect(await request(OTHER_OF_B, [readPolicy()], "s3:GetObject", BACKUP)).toBe("Allowed");
    expect(await request(OTHER_OF_B, [], "s3:GetObject", BACKUP)).toBe("ImplicitlyDenied");
    expect(await request(OTHER_OF_B, [everything], "s3:GetObject", OTHER_BACKUP)).toBe("ImplicitlyDenied");
  });

  it.each(writes)("may still not %s on %s", async (action, resource) => {
    expect(await request(OTHER_OF_B, [everything], action, resource)).toBe("ImplicitlyDenied");
  });

  it("lets in no third account", async () => {
    const stranger = "arn:aws:iam::333333333333:role/admin";
    expect(await request(stranger, [everything], "s3:GetObject", BACKUP)).toBe("ImplicitlyDenied");
  });
});

describe("the source's host", () => {
  const request = (action: string, resource: string, more: Partial<Request> = {}) =>
    answer({ principal: UPLOADER, policies: [uploadPolicy()], action, resource, ...more });

  it.each(["s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"])(
    "may %s under its database's prefix only, and only over TLS",
    async (action) => {
      expect(await request(action, BACKUP)).toBe("Allowed");
      expect(await request(action, OTHER_BACKUP)).toBe("ImplicitlyDenied");
      expect(await request(action, `${BUCKET}/gtid-ferry/shop`)).toBe("ImplicitlyDenied");
      expect(await request(action, BACKUP.replace("backups", "other-backups"))).toBe("ImplicitlyDenied");
      expect(await request(action, BACKUP, { tls: false })).toBe("ExplicitlyDenied");
    },
  );

  it("may list unfinished uploads, and its own database's backups", async () => {
    expect(await request("s3:ListBucketMultipartUploads", BUCKET)).toBe("Allowed");
    expect(await request("s3:ListBucket", BUCKET, { prefix: "gtid-ferry/shop/b1/archive.zst" })).toBe("Allowed");
    expect(await request("s3:ListBucket", BUCKET, { prefix: "gtid-ferry/crm/" })).toBe("ImplicitlyDenied");
    expect(await request("s3:ListBucket", BUCKET)).toBe("ImplicitlyDenied");
  });

  it.each(["s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObject", "s3:DeleteObjectVersion"])(
    "may not %s, its own backups included",
    async (action) => {
      expect(await request(action, BACKUP)).toBe("ImplicitlyDenied");
      expect(await request(action, OTHER_BACKUP)).toBe("ImplicitlyDenied");
    },
  );

  it.each(writes.filter(([, resource]) => resource === BUCKET))("may not %s", async (action, resource) => {
    expect(await request(action, resource)).toBe("ImplicitlyDenied");
  });
});

describe("the bucket's key in KMS", () => {
  interface KeyUse {
    readonly principal: string;
    readonly policy: unknown;
    readonly action: string;
    readonly context: string;
    readonly key?: string;
  }

  /** The answer of KMS for a key whose policy lets both roles do all. */
  function use({ principal, policy, action, context, key = KEY }: KeyUse): Promise<EvaluationResult> {
    const keyPolicy = {
      Sid: "Key",
      Effect: "Allow",
      Principal: { AWS: [READER, `arn:aws:iam::${ACCOUNT_A}:root`] },
      Action: "kms:*",
      Resource: "*",
    };
    return simulate({
      request: {
        principal,
        action,
        resource: { resource: key, accountId: ACCOUNT_A },
        contextVariables: { "kms:EncryptionContext:aws:s3:arn": context },
      },
      identityPolicies: [{ name: "own", policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: { Version: "2012-10-17", Statement: [keyPolicy] },
    });
  }

  const reader = () => ({ principal: READER, policy: documentOf("kms-irsa-read-backups", "policy") });
  const uploader = () => ({ principal: UPLOADER, policy: documentOf("kms-upload-upload-backups", "policy") });

  it.each([BUCKET, BACKUP])("decrypts for the pods' role what S3 encrypted as %s", async (context) => {
    expect(await use({ ...reader(), action: "kms:Decrypt", context })).toBe("Allowed");
    expect(await use({ ...reader(), action: "kms:GenerateDataKey", context })).toBe("ImplicitlyDenied");
    expect(await use({ ...reader(), action: "kms:Decrypt", context, key: `${KEY}0` })).toBe("ImplicitlyDenied");
  });

  it.each([BUCKET, BACKUP])("encrypts for the source's host what S3 stores as %s", async (context) => {
    for (const action of ["kms:GenerateDataKey", "kms:Decrypt"]) {
      expect(await use({ ...uploader(), action, context }), action).toBe("Allowed");
    }
    expect(await use({ ...uploader(), action: "kms:ScheduleKeyDeletion", context })).toBe("ImplicitlyDenied");
  });

  it.each([OTHER_BACKUP, "arn:aws:s3:::other-backups"])("is of no use for %s", async (context) => {
    expect(await use({ ...reader(), action: "kms:Decrypt", context })).toBe("ImplicitlyDenied");
    expect(await use({ ...uploader(), action: "kms:GenerateDataKey", context })).toBe("ImplicitlyDenied");
  });
});

describe("trust in the pods' service account", () => {
  interface Token {
    readonly provider?: string;
    readonly issuer?: string;
    readonly sub?: string;
    readonly aud?: string;
    readonly action?: string;
  }

  const OWN = "system:serviceaccount:databases:shop";
  /** The answer of STS to whoever shows this token. */
  function assume({ provider = OIDC, issuer = ISSUER, ...token }: Token): Promise<EvaluationResult> {
    const { sub = OWN, aud = "sts.amazonaws.com", action = "sts:AssumeRoleWithWebIdentity" } = token;
    const simulation = {
      request: {
        principal: provider,
        action,
        resource: { resource: READER, accountId: ACCOUNT_B },
        contextVariables: action.endsWith("Identity") ? { [`${issuer}:sub`]: sub, [`${issuer}:aud`]: aud } : {},
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: documentOf("irsa-role", "assumeRolePolicy"),
    };
    return simulate(simulation);
  }

  it("lets that service account in", async () => {
    expect(await assume({})).toBe("Allowed");
  });

  it.each<[string, Token]>([
    ["another service account", { sub: "system:serviceaccount:databases:crm" }],
    ["a service account whose name begins so", { sub: "system:serviceaccount:databases:shop2" }],
    ["the same name in another namespace", { sub: "system:serviceaccount:default:shop" }],
    ["a wildcard", { sub: "system:serviceaccount:*:*" }],
    ["another case", { sub: "system:serviceaccount:databases:Shop" }],
    ["a token for another audience", { aud: "https://kubernetes.default.svc" }],
    ["another cluster", { provider: OIDC.replace(ISSUER, OTHER_ISSUER), issuer: OTHER_ISSUER }],
    ["another cluster's token at this provider", { issuer: OTHER_ISSUER }],
    ["the provider without a token", { action: "sts:AssumeRole" }],
    ["a role of the account", { provider: OTHER_OF_B, action: "sts:AssumeRole" }],
  ])("keeps out %s", async (_, token) => {
    expect(await assume(token)).toBe("ImplicitlyDenied");
  });
});
