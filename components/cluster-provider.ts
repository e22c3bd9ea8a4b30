import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface ClusterProviderArgs {
  /** YAML text. */
  readonly kubeconfig: pulumi.Input<string>;
  /** @default the kubeconfig's current context */
  readonly context?: string;
  readonly namespace: string;
  readonly database: string;
}

/** Pulumi's Kubernetes provider for the target's cluster; nothing that a kubeconfig says replaces it. */
export function clusterProvider(
  name: string,
  { namespace, database, ...cluster }: ClusterProviderArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.Provider {
  return new kubernetes.Provider(
    name,
    {
      ...cluster,
      // The stack's cluster is always the same one. Without this, another address or CA of it replaces the provider, and
      // with it the release of a database that may be in use.
      clusterIdentifier: `gtid-ferry/${namespace}/${database}`,
      // Rotated keys are written to the Secret that pods use, instead of deleting it and making it anew.
      enableSecretMutable: true,
    },
    opts,
  );
}
