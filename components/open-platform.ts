import type { HostOptions } from "@gtid-ferry/engine/hosts";
import * as pulumi from "@pulumi/pulumi";
import { AwsPlatform, type VaultSecrets } from "./aws-platform";
import type { MigrationSecrets } from "./backup-inputs";
import type { Configuration, KubernetesConfiguration } from "./configuration";
import { KubernetesPlatform } from "./kubernetes-platform";
import { LocalPlatform } from "./local-platform";
import type { Platform } from "./platform";

/** The secrets of all platforms; an optional one is empty where it was not given. */
export interface ProgramSecrets extends MigrationSecrets, VaultSecrets {
  /** JSON text of how commands are run on the source's host; empty for this machine. */
  readonly sourceHostAccess: pulumi.Input<string>;
}

export function openPlatform(configuration: Configuration, secrets: ProgramSecrets): Platform {
  if (configuration.platform === "local") return new LocalPlatform(configuration, secrets);
  const clusterSecrets = {
    ...secrets,
    sourceHostAccess: readAccess(secrets.sourceHostAccess),
    kubeconfig: pulumi.secret(readKubeconfig(configuration)),
  };
  if (configuration.platform === "kubernetes") return new KubernetesPlatform(configuration, clusterSecrets);
  return new AwsPlatform(configuration, clusterSecrets);
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
