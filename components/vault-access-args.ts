import { isIPv4 } from "node:net";
import type * as vault from "@pulumi/vault";
import { z } from "zod";
import { databaseName } from "./aws-arguments";
import { eventual } from "./eventual";
import { namespaceName, serviceAccountName } from "./kubernetes-arguments";

const filled = z.string().min(1, { error: "wanted a text that is not empty" });
const accountName = filled.max(32, { error: "wanted at most 32 characters, as MySQL does" });
export const mount = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/, {
  error: "wanted the path of a mount without slashes and without auth/, such as kubernetes-test-cluster",
});
const roleName = z.string().regex(/^\w([\w.-]*\w)?$/, {
  error: "wanted letters, digits and _, and between them dots and dashes",
});
/** Vault itself gives none that is longer, unless it is told to. */
const ttlSeconds = z.number().int().min(1).max(2_764_800);

const ttls = z.object({
  /** How long the pod's login holds without renewal. @default 3600 */
  tokenTtlSeconds: ttlSeconds.default(3600),
  /** How long it holds with renewal; Vault's agent logs in again then. @default 86400 */
  tokenMaxTtlSeconds: ttlSeconds.default(86_400),
});

const credentials = z.object({
  /** The source's IPv4 address, as the target reaches it. */
  sourceHostIp: eventual("sourceHostIp", z.string().refine(isIPv4, { error: "wanted an IPv4 address" })),
  replicationUser: eventual("replicationUser", accountName),
  replicationPassword: eventual(
    "replicationPassword",
    filled.max(32, { error: "wanted at most 32 characters: a replication channel takes no longer password" }),
  ),
  /** Administrator account of the target. */
  user: eventual("user", accountName),
  password: eventual("password", filled),
});

const writer = z.object({
  password: eventual("password of Vault's writer", filled),
  /** Mount of the userpass auth. @default "userpass" */
  userpassMount: mount.default("userpass"),
  /** How long the login holds. @default 300 */
  tokenTtlSeconds: ttlSeconds.default(300),
});

/** How Vault asks the cluster whether a service account's token is good. */
const kubernetesApi = z.object({
  /** As Vault reaches it, such as https://10.10.0.1:6443. */
  host: eventual("host of the cluster's API", z.string().regex(/^https:\/\/\S+$/, { error: "wanted an https:// URL" })),
  /** PEM text. */
  caCertificate: eventual("certificate of the cluster's API", filled),
  /** Token of an account that may review tokens. @default the one that logs in, which must be allowed to */
  reviewerToken: eventual("reviewer's token", filled).exactOptional(),
});

/** Where in Vault a database's secret and its pod's login are. */
export const vaultPlaceShape = {
  /** As this machine and the pods reach it. */
  address: z.string().regex(/^https?:\/\/[^/\s]+$/, { error: "wanted https://HOST:PORT" }),
  /** Mount of an engine KV version 2: the chart's agent reads no other. @default "kv" */
  kvMount: mount.default("kv"),
  /** Mount of the cluster's Kubernetes auth, without auth/. */
  kubernetesMount: mount,
  /** Audience that the pod's token must have, such as https://kubernetes.default.svc. @default any */
  audience: filled.exactOptional(),
  /** Changing it replaces the role. Two stacks must not have the same: each would set it anew. @default db_replication_DATABASE */
  roleName: roleName.exactOptional(),
  /** A role that is there already: it is used as it is, and neither a role nor its policy is created. */
  existingRole: roleName.exactOptional(),
};

export const vaultAccessSchema = ttls
  .extend({
    /** Part of every name, as `vaultNames` has it, and the end of the secret's path. Changing it replaces everything. */
    database: databaseName,
    ...vaultPlaceShape,
    /** Of Vault Enterprise, the provider's; the pod's agent is told. @default none */
    vaultNamespace: filled.exactOptional(),
    /** Where the target's pods run. */
    namespace: namespaceName,
    serviceAccount: serviceAccountName,
    /** What the secret says. Without it the secret is left to whoever has the writer's login. */
    credentials: credentials.exactOptional(),
    /** A login that can do nothing but write the secret. @default none */
    writer: writer.exactOptional(),
    /** Mounts that nobody has made yet; they outlive the stack. @default none */
    newMounts: z
      .object({
        kv: z.boolean().default(false),
        userpass: z.boolean().default(false),
        kubernetes: kubernetesApi.exactOptional(),
      })
      .prefault({}),
  })
  .refine(({ tokenTtlSeconds, tokenMaxTtlSeconds }) => tokenTtlSeconds <= tokenMaxTtlSeconds, {
    path: ["tokenTtlSeconds"],
    error: "wanted no more than tokenMaxTtlSeconds",
    // Whatever else is wrong.
    when: ({ value }) => ttls.safeParse(value).success,
  });

export interface VaultAccessArgs extends z.input<typeof vaultAccessSchema> {
  readonly provider: vault.Provider;
  /** Whether the role and the secret, which the pod needs, outlive this resource. */
  readonly keepsAccess: boolean;
}

export type CheckedVaultAccess = z.output<typeof vaultAccessSchema>;
