import type * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import type { CheckedVaultAccess } from "./vault-access-args";

/** The mounts that are to be made; what is declared in them has to wait for all of these. */
export function declareMounts(
  name: string,
  { kvMount, kubernetesMount, writer, newMounts: { kv, userpass, kubernetes } }: CheckedVaultAccess,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  // By the time that a stack ends, others may have put their secrets, logins and roles into its mounts.
  const kept = { ...opts, retainOnDelete: true };
  const mounts: pulumi.Resource[] = [];
  if (kv) {
    mounts.push(new vault.Mount(`${name}-kv`, { path: kvMount, type: "kv", options: { version: "2" } }, kept));
  }
  if (userpass && writer !== undefined) {
    mounts.push(new vault.AuthBackend(`${name}-userpass`, { path: writer.userpassMount, type: "userpass" }, kept));
  }
  if (kubernetes !== undefined) {
    const mount = new vault.AuthBackend(`${name}-kubernetes`, { path: kubernetesMount, type: "kubernetes" }, kept);
    const { host, caCertificate, reviewerToken } = kubernetes;
    const config = new vault.kubernetes.AuthBackendConfig(
      `${name}-kubernetes-config`,
      {
        backend: mount.path,
        kubernetesHost: host,
        kubernetesCaCert: caCertificate,
        ...(reviewerToken === undefined ? {} : { tokenReviewerJwt: reviewerToken }),
        // Vault need not run in the cluster, nor speak with its own account there.
        disableLocalCaJwt: true,
        // As Vault itself has it; the plugin sends false where this is unset.
        disableIssValidation: true,
      },
      kept,
    );
    mounts.push(mount, config);
  }
  return mounts;
}
