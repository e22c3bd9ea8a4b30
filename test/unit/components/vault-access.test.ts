import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { VaultAccess, type VaultAccessArgs } from "../../../components/vault-access.js";
import {
  forgetResources,
  mockPulumi,
  type RecordedResource,
  recordedResources,
  recording,
  settled,
} from "../helpers/recorded-resources.js";

const registered: string[] = [];
beforeAll(() =>
  mockPulumi(async (type) => {
    // Long enough for an output that does not wait.
    if (type === "vault:kubernetes/authBackendRole:AuthBackendRole") {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    registered.push(type);
    return {};
  }),
);
beforeEach(forgetResources);

const credentials = {
  sourceHostIp: "10.20.3.4",
  replicationUser: "gtid_ferry_repl",
  replicationPassword: pulumi.secret("replication-hush"),
  user: "ferry_admin",
  password: pulumi.secret("admin-hush"),
};
const data = {
  SOURCE_HOST_IP: "10.20.3.4",
  DB_REPLICATION_USER: "gtid_ferry_repl",
  DB_REPLICATION_PASSWORD: "replication-hush",
  DB_USERNAME: "ferry_admin",
  DB_PASSWORD: "admin-hush",
};
const writer = { password: pulumi.secret("writer-hush") };
const writerUser = {
  password: "writer-hush",
  token_policies: ["db_replication_shop_writer"],
  token_no_default_policy: true,
  token_ttl: 300,
  token_max_ttl: 300,
};

const properties = <T extends z.ZodRawShape>(shape: T) => z.object({ properties: z.object(shape) });
const chartSchema = properties({
  credentials: properties({ vault: z.object({ properties: z.record(z.string(), z.unknown()) }) }),
});

/** As Pulumi's engine sees a secret. */
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});
const child = { parent: "shop-vault", provider: "vault" };
const component: RecordedResource = {
  type: "gtid-ferry:index:VaultAccess",
  name: "shop-vault",
  inputs: {},
  parent: undefined,
  provider: undefined,
};
const readerPolicy: RecordedResource = {
  type: "vault:index/policy:Policy",
  name: "shop-vault-reader-policy",
  inputs: {
    name: "db_replication_shop_reader",
    policy: 'path "kv/data/db_replication/shop" {\n  capabilities = ["read"]\n}\n',
  },
  ...child,
};
const role: RecordedResource = {
  type: "vault:kubernetes/authBackendRole:AuthBackendRole",
  name: "shop-vault-role",
  inputs: {
    backend: "kubernetes-test-cluster",
    roleName: "db_replication_shop",
    boundServiceAccountNames: ["shop-target"],
    boundServiceAccountNamespaces: ["databases"],
    tokenPolicies: ["db_replication_shop_reader"],
    tokenTtl: 3600,
    tokenMaxTtl: 86_400,
  },
  ...child,
};
const secretResource: RecordedResource = {
  type: "vault:kv/secretV2:SecretV2",
  name: "shop-vault-secret",
  inputs: {
    mount: "kv",
    name: "db_replication/shop",
    dataJson: secret(JSON.stringify(data)),
    deleteAllVersions: true,
  },
  ...child,
};
const writerLogin: RecordedResource = {
  type: "vault:generic/endpoint:Endpoint",
  name: "shop-vault-writer",
  inputs: {
    path: "auth/userpass/users/db_replication_shop_writer",
    dataJson: secret(JSON.stringify(writerUser)),
    ignoreAbsentFields: true,
  },
  ...child,
};
const writerPolicy: RecordedResource = {
  type: "vault:index/policy:Policy",
  name: "shop-vault-writer-policy",
  inputs: {
    name: "db_replication_shop_writer",
    policy: 'path "kv/data/db_replication/shop" {\n  capabilities = ["create", "update"]\n}\n',
  },
  ...child,
};

function declare(changes: Partial<VaultAccessArgs> = {}): VaultAccess {
  return new VaultAccess(
    "shop-vault",
    {
      provider: new vault.Provider("vault", { address: "https://vault.example.net:8200" }),
      database: "shop",
      address: "https://vault.example.net:8200",
      kubernetesMount: "kubernetes-test-cluster",
      namespace: "databases",
      serviceAccount: "shop-target",
      keepsAccess: false,
      ...changes,
    },
    recording,
  );
}

async function recorded({ chartCredentials, writerLogin }: VaultAccess): Promise<RecordedResource[]> {
  return await recordedResources(pulumi.all([chartCredentials, writerLogin]));
}

describe("VaultAccess", () => {
  it("registers secret, policies, role and login, and nothing else", async () => {
    expect(await recorded(declare({ credentials, writer }))).toEqual([
      component,
      readerPolicy,
      role,
      secretResource,
      writerLogin,
      writerPolicy,
    ]);
  });

  it("leaves the secret to others where it is told none, and makes no login that nobody wants", async () => {
    expect(await recorded(declare())).toEqual([component, readerPolicy, role]);
  });

  it("takes a role that is there already as it is", async () => {
    const access = declare({ existingRole: "db_replication", credentials });
    expect(await recorded(access)).toEqual([component, secretResource]);
    expect((await settled(access.chartCredentials)).vault.role).toBe("db_replication");
  });

  it("gives what the chart wants as credentials, once the pod can log in", async () => {
    registered.length = 0;
    const access = declare({ credentials, writer });
    expect(await settled(access.chartCredentials)).toEqual({
      source: "vault",
      vault: {
        role: "db_replication_shop",
        authPath: "auth/kubernetes-test-cluster",
        path: "kv/data/db_replication/shop",
        annotations: { "vault.hashicorp.com/service": "https://vault.example.net:8200" },
      },
    });
    expect(registered).toContain(role.type);
    expect(await settled(access.writerLogin ?? pulumi.output(""))).toBe(
      "auth/userpass/login/db_replication_shop_writer",
    );
  });

  it("gives the chart nothing that it does not know, and its template all keys that it reads", async () => {
    const { vault: values } = await settled(declare().chartCredentials);
    const chart = chartSchema.parse(JSON.parse(readFileSync("chart/values.schema.json", "utf8")));
    expect(Object.keys(chart.properties.credentials.properties.vault.properties)).toEqual(
      expect.arrayContaining(Object.keys(values)),
    );
    const read = [...readFileSync("chart/templates/_vault.tpl", "utf8").matchAll(/\.Data\.data\.(\w+)/g)];
    const ofDatabase = read.flatMap(([, key]) => (key === undefined || key.startsWith("AWS_") ? [] : [key]));
    expect(Object.keys(data)).toEqual(expect.arrayContaining(ofDatabase));
    expect(ofDatabase).toHaveLength(2);
  });

  it("says what an existing role has to be allowed", () => {
    expect(declare({ existingRole: "db_replication" }).readerPolicy).toBe(readerPolicy.inputs.policy);
  });

  it("names and limits everything as it is told", async () => {
    const access = declare({
      kvMount: "secrets",
      roleName: "db_replication",
      audience: "vault",
      tokenTtlSeconds: 60,
      tokenMaxTtlSeconds: 120,
      writer: { ...writer, userpassMount: "people", tokenTtlSeconds: 30 },
    });
    const place = 'path "secrets/data/db_replication/shop"';
    expect(await recorded(access)).toEqual([
      component,
      { ...readerPolicy, inputs: { ...readerPolicy.inputs, policy: expect.stringContaining(place) } },
      {
        ...role,
        inputs: { ...role.inputs, roleName: "db_replication", audience: "vault", tokenTtl: 60, tokenMaxTtl: 120 },
      },
      {
        ...writerLogin,
        inputs: {
          ...writerLogin.inputs,
          path: "auth/people/users/db_replication_shop_writer",
          dataJson: secret(JSON.stringify({ ...writerUser, token_ttl: 30, token_max_ttl: 30 })),
        },
      },
      { ...writerPolicy, inputs: { ...writerPolicy.inputs, policy: expect.stringContaining(place) } },
    ]);
  });

  it("leaves to the pod what it needs, when told so, and never a login to write", async () => {
    const kept = (await recorded(declare({ credentials, writer, keepsAccess: true })))
      .filter(({ retainOnDelete }) => retainOnDelete)
      .map(({ name }) => name);
    expect(kept).toEqual(["shop-vault-reader-policy", "shop-vault-role", "shop-vault-secret"]);
  });
});

describe("mounts that nobody has made yet", () => {
  const made = { ...child, retainOnDelete: true };
  const kv = {
    type: "vault:index/mount:Mount",
    name: "shop-vault-kv",
    inputs: { path: "kv", type: "kv", options: { version: "2" } },
    ...made,
  };
  const kubernetesConfig = {
    type: "vault:kubernetes/authBackendConfig:AuthBackendConfig",
    name: "shop-vault-kubernetes-config",
    inputs: {
      backend: "kubernetes-test-cluster",
      kubernetesHost: "https://10.10.0.1:6443",
      kubernetesCaCert: "PEM",
      tokenReviewerJwt: secret("reviewer-hush"),
      disableLocalCaJwt: true,
      disableIssValidation: true,
    },
    ...made,
  };
  const authMount = (type: string, path: string) => ({
    type: "vault:index/authBackend:AuthBackend",
    name: `shop-vault-${type}`,
    inputs: { type, path },
    ...made,
  });

  it("are registered before all that lies in them, and outlive the stack", async () => {
    const kubernetes = {
      host: "https://10.10.0.1:6443",
      caCertificate: "PEM",
      reviewerToken: pulumi.secret("reviewer-hush"),
    };
    const access = declare({ credentials, writer, newMounts: { kv: true, userpass: true, kubernetes } });
    const dependsOn = ["shop-vault-kv", "shop-vault-userpass", "shop-vault-kubernetes", "shop-vault-kubernetes-config"];
    expect(await recorded(access)).toEqual([
      component,
      authMount("kubernetes", "kubernetes-test-cluster"),
      kubernetesConfig,
      kv,
      { ...readerPolicy, dependsOn },
      { ...role, dependsOn },
      { ...secretResource, dependsOn },
      authMount("userpass", "userpass"),
      { ...writerLogin, dependsOn },
      { ...writerPolicy, dependsOn },
    ]);
  });
});

describe("mistakes", () => {
  const MOUNT = "wanted the path of a mount without slashes and without auth/, such as kubernetes-test-cluster";

  it.each<[string, Partial<VaultAccessArgs>]>([
    [`kvMount: ${MOUNT}`, { kvMount: "kv/" }],
    [`kubernetesMount: ${MOUNT}`, { kubernetesMount: "auth/kubernetes" }],
    [`writer.userpassMount: ${MOUNT}`, { writer: { password: "hush", userpassMount: "/userpass" } }],
    ["writer.password: wanted a text that is not empty", { writer: { password: "" } }],
    ["database: wanted 1 to 40 lower-case letters", { database: "Shop*" }],
    ["namespace: wanted the name of a Kubernetes namespace", { namespace: "" }],
    ["serviceAccount: wanted the name of a Kubernetes service account", { serviceAccount: "*" }],
    ["roleName: wanted letters, digits and _", { roleName: "a/b" }],
    ["existingRole: wanted letters, digits and _", { existingRole: "" }],
    ["tokenTtlSeconds: Too small", { tokenTtlSeconds: 0 }],
    ["tokenTtlSeconds: wanted no more than tokenMaxTtlSeconds", { tokenTtlSeconds: 7200, tokenMaxTtlSeconds: 60 }],
    ["credentials.sourceHostIp: wanted an IPv4", { credentials: { ...credentials, sourceHostIp: "db.example.net" } }],
    [
      "credentials.replicationPassword: wanted at most 32 characters",
      { credentials: { ...credentials, replicationPassword: "x".repeat(33) } },
    ],
    ["credentials.user: wanted a text that is not empty", { credentials: { ...credentials, user: "" } }],
    [
      "newMounts.kubernetes.host: wanted an https:// URL",
      { newMounts: { kubernetes: { host: "10.10.0.1:6443", caCertificate: "PEM" } } },
    ],
  ])("are refused before anything is registered: %s", async (expected, changes) => {
    expect(() => declare(changes)).toThrow(expected);
    expect(await recordedResources()).toEqual([]);
  });

  it("are all told at once, without values that may be secret", () => {
    let message = "";
    try {
      declare({
        kubernetesMount: "auth/kubernetes",
        namespace: "",
        serviceAccount: "",
        tokenTtlSeconds: 100_000,
        credentials: { ...credentials, replicationPassword: "hush".repeat(10) },
      });
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/the Vault access shop-vault has 5 mistake/);
    expect(message).not.toContain("hush");
  });
});
