import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { checkArguments } from "./check-arguments";
import { readyWith } from "./ready";
import { type CheckedVaultAccess, type VaultAccessArgs, vaultAccessSchema } from "./vault-access-args";
import {
  vaultNames,
  vaultReaderPolicy,
  vaultSecretData,
  vaultSecretName,
  vaultSecretPath,
  vaultWriterPolicy,
  vaultWriterUser,
} from "./vault-documents";
import { declareMounts } from "./vault-mounts";

export type { VaultAccessArgs };

/** The chart's value `credentials`. */
export interface ChartVaultCredentials {
  readonly source: "vault";
  readonly vault: {
    readonly role: string;
    readonly authPath: string;
    readonly path: string;
    /** For Vault's agent in the pod. */
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/** What one database's pod reads from Vault, and who may read and write it. */
export class VaultAccess extends pulumi.ComponentResource {
  /** Known once the pod can log in and read the secret, if this component writes it. */
  readonly chartCredentials: pulumi.Output<ChartVaultCredentials>;
  /** Path of Vault's API where the writer logs in, once it can; undefined without a writer. */
  readonly writerLogin: pulumi.Output<string> | undefined;

  /** What the pod may do, as HCL: what an existing role has to have. */
  readonly readerPolicy: string;

  constructor(name: string, args: VaultAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = checkArguments(`the Vault access ${name}`, vaultAccessSchema, args);
    super("gtid-ferry:index:VaultAccess", name, {}, opts);
    this.readerPolicy = vaultReaderPolicy(checked);
    const child = { parent: this, provider: args.provider };
    const dependsOn = declareMounts(name, checked, child);
    const kept = { ...child, dependsOn, retainOnDelete: args.keepsAccess };

    const needs = [...declareSecret(name, checked, kept), ...declareRole(name, checked, this.readerPolicy, kept)];
    this.writerLogin = declareWriter(name, checked, { ...child, dependsOn });
    const place = {
      role: roleNameOf(checked),
      authPath: `auth/${checked.kubernetesMount}`,
      path: vaultSecretPath(checked),
      annotations: {
        // The injector may have another Vault as its default.
        "vault.hashicorp.com/service": checked.address,
        ...(checked.vaultNamespace === undefined ? {} : { "vault.hashicorp.com/namespace": checked.vaultNamespace }),
      },
    };
    this.chartCredentials = readyWith({ source: "vault" as const, vault: place }, needs);
    this.registerOutputs({ chartCredentials: this.chartCredentials, writerLogin: this.writerLogin });
  }
}

function roleNameOf({ database, roleName, existingRole }: CheckedVaultAccess): string {
  return existingRole ?? roleName ?? vaultNames(database).role;
}

function declareSecret(
  name: string,
  { database, kvMount, credentials }: CheckedVaultAccess,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource[] {
  if (credentials === undefined) return [];
  const secret = new vault.kv.SecretV2(
    `${name}-secret`,
    {
      mount: kvMount,
      name: vaultSecretName(database),
      dataJson: pulumi.jsonStringify(pulumi.output(credentials).apply(vaultSecretData)),
      // Else removing it would leave the passwords in its history.
      deleteAllVersions: true,
    },
    opts,
  );
  return [secret];
}

function declareRole(
  name: string,
  checked: CheckedVaultAccess,
  readerPolicy: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource[] {
  if (checked.existingRole !== undefined) return [];
  const reader = new vault.Policy(
    `${name}-reader-policy`,
    { name: vaultNames(checked.database).readerPolicy, policy: readerPolicy },
    opts,
  );
  const role = new vault.kubernetes.AuthBackendRole(
    `${name}-role`,
    {
      backend: checked.kubernetesMount,
      roleName: roleNameOf(checked),
      boundServiceAccountNames: [checked.serviceAccount],
      boundServiceAccountNamespaces: [checked.namespace],
      ...(checked.audience === undefined ? {} : { audience: checked.audience }),
      tokenPolicies: [reader.name],
      tokenTtl: checked.tokenTtlSeconds,
      tokenMaxTtl: checked.tokenMaxTtlSeconds,
    },
    opts,
  );
  return [reader, role];
}

function declareWriter(
  name: string,
  checked: CheckedVaultAccess,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  const { database, writer } = checked;
  if (writer === undefined) return undefined;
  const { password, tokenTtlSeconds, userpassMount } = writer;
  const { writerPolicy, writer: userName } = vaultNames(database);
  const policy = new vault.Policy(
    `${name}-writer-policy`,
    { name: writerPolicy, policy: vaultWriterPolicy(checked) },
    opts,
  );
  const user = pulumi
    .all([password, policy.name])
    .apply(([known, policyName]) => vaultWriterUser({ password: known, policy: policyName, tokenTtlSeconds }));
  const login = new vault.generic.Endpoint(
    `${name}-writer`,
    {
      path: `auth/${userpassMount}/users/${userName}`,
      dataJson: pulumi.jsonStringify(user),
      // Vault never tells the password, and more than was set.
      ignoreAbsentFields: true,
    },
    opts,
  );
  return readyWith(`auth/${userpassMount}/login/${userName}`, [login]);
}
