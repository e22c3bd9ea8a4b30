import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { chartDigest } from "../../../components/chart-digest.js";
import { MysqlRelease, type MysqlReleaseArgs } from "../../../components/mysql-release.js";

vi.mock("../../../dynamic-providers/recorded-release.js", async () => ({
  RecordedRelease: (await import("../helpers/plain-resource.js")).plainResource("RecordedRelease"),
}));
vi.mock("../../../dynamic-providers/release-claim.js", async () => ({
  ReleaseClaim: (await import("../helpers/plain-resource.js")).plainResource("ReleaseClaim", "owner"),
}));

interface Declared {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

let declared: Declared[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource({ type, name, inputs }) {
      declared.push({ type, name, inputs });
      return { id: `${name}-id`, state: type === CLAIM ? { ...inputs, owner: "this-stack" } : inputs };
    },
    call: ({ inputs }) => inputs,
  });
});
beforeEach(() => {
  declared = [];
});

const RELEASE = "kubernetes:helm.sh/v3:Release";
const SECRET = "kubernetes:core/v1:Secret";
const CLAIM = "ReleaseClaim";

async function declare(changes: Partial<MysqlReleaseArgs> = {}): Promise<Declared[]> {
  const { release } = new MysqlRelease("shop-release", {
    provider: new kubernetes.Provider("cluster"),
    cluster: { kubeconfig: pulumi.secret("kubeconfig") },
    releaseName: "shop",
    namespace: "databases",
    database: "shop",
    channel: "gtid_ferry",
    serverIdBase: 700,
    pods: 2,
    chartValues: { image: { tag: "8.4" }, mysql: { bufferPoolSize: "8G" } },
    backup: { bucket: "backups", region: "eu-central-1", manifestKey: pulumi.output("ferry/shop/1/manifest.json") },
    keepsRelease: false,
    ...changes,
  });
  await new Promise((resolve) => release.id.apply(resolve));
  return declared.filter(({ type }) => type === RELEASE || type === SECRET);
}

const vaultPlace = {
  role: "db_replication_shop",
  authPath: "auth/kubernetes",
  path: "kv/data/db_replication/shop",
  annotations: {},
};

describe("MysqlRelease", () => {
  it("registers the chart with the user's values and what only the migration knows", async () => {
    expect(await declare()).toEqual([
      {
        type: RELEASE,
        name: "shop",
        inputs: expect.objectContaining({
          name: "shop",
          namespace: "databases",
          chart: "./chart",
          skipAwait: true,
          replace: true,
          values: {
            fullnameOverride: "shop",
            database: "shop",
            replicas: 2,
            release: { owner: "this-stack", chart: chartDigest() },
            image: { tag: "8.4" },
            mysql: { bufferPoolSize: "8G", serverIdBase: 700, channel: "gtid_ferry" },
            backup: { bucket: "backups", region: "eu-central-1", manifestKey: "ferry/shop/1/manifest.json" },
          },
        }),
      },
    ]);
  });

  it("claims the release, by which its removal waits for the pods, and knows what they log in with", async () => {
    await declare({ roleArn: "arn:aws:iam::222222222222:role/reader", keepsRelease: true });
    const claim = declared.find(({ type }) => type === CLAIM);
    expect(claim).toMatchObject({
      name: "shop-claim",
      inputs: { keepsRelease: true, rights: { roleArn: "arn:aws:iam::222222222222:role/reader", vault: {} } },
    });
    expect(JSON.stringify(claim?.inputs.place)).toContain('"1b47061264138c4ac30d75fd1eb44270"');
  });

  it("hands a login to the bucket over in a Secret of its own, never in the values", async () => {
    const [secret, release] = await declare({ accessKey: { id: "AKIA", secret: pulumi.secret("hush") } });
    expect(secret).toMatchObject({ type: SECRET, inputs: { metadata: { name: "shop-backup-login" } } });
    expect(JSON.stringify(release)).not.toContain("hush");
    expect(release?.inputs.values).toMatchObject({
      credentials: { source: "secret", secretName: "shop-backup-login" },
    });
  });

  it("gives the pods their role and what they take from Vault, beside what the user says of both", async () => {
    const roleArn = "arn:aws:iam::222222222222:role/irsa_role_db_replication_shop";
    const address = { "vault.hashicorp.com/service": "https://vault.example.net:8200" };
    const vaultCredentials = { source: "vault" as const, vault: { ...vaultPlace, annotations: address } };
    const certificate = { "vault.hashicorp.com/tls-secret": "vault-ca" };
    const chartValues = {
      serviceAccount: { name: "mysql" },
      credentials: { vault: { role: "another", s3Keys: true, annotations: certificate } },
    };
    const [release] = await declare({ chartValues, roleArn, vaultCredentials: pulumi.output(vaultCredentials) });
    expect(release?.inputs.values).toMatchObject({
      credentials: {
        source: "vault",
        vault: { ...vaultPlace, s3Keys: true, annotations: { ...address, ...certificate } },
      },
      serviceAccount: { name: "mysql", roleArn },
    });
  });

  it("prefers keys to the bucket to what Vault has, which the chart cannot take both", async () => {
    const declared = await declare({
      accessKey: { id: "AKIA", secret: pulumi.secret("hush") },
      vaultCredentials: { source: "vault", vault: vaultPlace },
    });
    expect(declared.find(({ type }) => type === RELEASE)?.inputs.values).toMatchObject({
      credentials: { source: "secret", secretName: "shop-backup-login" },
    });
  });

  it.each([
    [{ releaseName: "Shop!" }, "releaseName: wanted lower-case letters, digits and dashes"],
    [{ serverIdBase: 0 }, "serverIdBase: "],
    [{ chartValues: { backup: {} } }, "chartValues: backup is set by the migration itself; leave it out"],
    [{ chartValues: { release: { owner: "x" } } }, "chartValues: release is set by the migration itself; leave it out"],
    [{ chartValues: { replicas: 3 } }, "chartValues: replicas is set by the migration itself; leave it out"],
    [{ chartValues: { mysql: { channel: "x" } } }, "chartValues: mysql.channel is set by the migration itself"],
  ])("refuses %o, before anything is declared", async (changes, expected) => {
    await expect(declare(changes)).rejects.toThrow(expected);
    expect(declared.filter(({ type }) => type === RELEASE)).toEqual([]);
  });

  it("names all mistakes at once", async () => {
    await expect(declare({ releaseName: "Shop!", namespace: "", serverIdBase: 0 })).rejects.toThrow(/has 3 mistake/);
  });
});
