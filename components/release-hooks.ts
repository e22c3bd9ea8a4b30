import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** What the release's inputs say of it, as the engine hands them to a hook. */
const inputs = z.object({
  name: z.string(),
  namespace: z.string(),
  values: z.object({ release: z.object({ owner: z.string() }) }),
});

interface ClusterAccess {
  readonly kubeconfig: pulumi.Input<string>;
  readonly context?: string;
}

/**
 * What lets a run go on where one was killed while Helm worked. Pulumi runs a hook before it creates or updates a release,
 * and only then; so only the first of them meets a release that is in the cluster and not in the stack's state, which
 * Helm would refuse ("cannot re-use a name that is still in use").
 */
export function goOnHooks(name: string, cluster: ClusterAccess): pulumi.ResourceHookBinding {
  const progress = (line: string) => void pulumi.log.info(line);
  const placeOf = async ({ newInputs }: pulumi.ResourceHookArgs) => {
    const { name: release, namespace, values } = inputs.parse(newInputs);
    const kubeconfig = await known(pulumi.output(cluster.kubeconfig));
    const { context } = cluster;
    const place = { kubeconfig, ...(context === undefined ? {} : { context }), namespace, release };
    return { place, owner: values.release.owner };
  };
  const beforeCreate = new pulumi.ResourceHook(`${name}-before-install`, async (args) => {
    const { takeOverInstall } = await import("@gtid-ferry/engine/helm-release");
    const { place, owner } = await placeOf(args);
    await takeOverInstall(place, owner, progress);
  });
  const beforeUpdate = new pulumi.ResourceHook(`${name}-before-update`, async (args) => {
    const { unlockUpdate } = await import("@gtid-ferry/engine/helm-release");
    await unlockUpdate((await placeOf(args)).place, progress);
  });
  return { beforeCreate: [beforeCreate], beforeUpdate: [beforeUpdate] };
}

function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
