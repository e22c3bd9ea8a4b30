import type { HostOptions } from "@gtid-ferry/engine/hosts";
import * as pulumi from "@pulumi/pulumi";
import type { MigrationSecrets } from "./backup-inputs";
import type { Configuration, KubernetesConfiguration } from "./configuration";
import { KubernetesPlatform } from "./kubernetes-platform";
import { LocalPlatform } from "./local-platform";
import type { Platform } from "./platform";

/** `sourceHostAccess` is the JSON text of how commands are run on the source's host; empty for this machine. */
export function openPlatform(
  configuration: Configuration,
  secrets: MigrationSecrets,
  sourceHostAccess: pulumi.Input<string>,
): Platform {
  switch (configuration.platform) {
    case "local":
      return new LocalPlatform(configuration, secrets);
    case "kubernetes":
      return new KubernetesPlatform(configuration, {
        ...secrets,
        sourceHostAccess: readAccess(sourceHostAccess),
        kubeconfig: pulumi.secret(readKubeconfig(configuration)),
      });
  }
}

function readAccess(json: pulumi.Input<string>): pulumi.Output<HostOptions> {
  return pulumi.secret(
    pulumi.output(json).apply(async (text): Promise<HostOptions> => {
      if (text === "") return { kind: "local" };
      const { parseHostOptions } = await import("@gtid-ferry/engine/hosts");
      return parseHostOptions(text, "gtid-ferry:sourceHostAccess");
    }),
  );
}

/** With absolute paths in it, so that it means the same everywhere on this machine. */
async function readKubeconfig({ kubeconfigPath, kubeContext }: KubernetesConfiguration): Promise<string> {
  const { openKubeconfig } = await import("@gtid-ferry/engine/kubernetes");
  const config = await openKubeconfig({
    ...(kubeconfigPath === undefined ? {} : { kubeconfigPath }),
    ...(kubeContext === undefined ? {} : { context: kubeContext }),
  });
  return config.exportConfig();
}
