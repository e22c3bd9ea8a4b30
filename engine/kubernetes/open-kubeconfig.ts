import type { KubeConfig } from "@kubernetes/client-node";
import { FerryError } from "../operation/index.js";

/** Where the login to a cluster comes from; neither text nor path: KUBECONFIG, ~/.kube/config, the pod's own account. */
export interface KubeconfigSource {
  /** YAML text; holds secrets. */
  readonly kubeconfig?: string;
  readonly kubeconfigPath?: string;
  /** @default the file's current-context */
  readonly context?: string;
}

/** Reads a kubeconfig and chooses the context. FerryErrors name what is missing, and hold no part of the text. */
export async function openKubeconfig(source: KubeconfigSource): Promise<KubeConfig> {
  // Loaded at the first use: it is large, and most migrations need no Kubernetes.
  const { KubeConfig: Config } = await import("@kubernetes/client-node");
  const config = new Config();
  try {
    if (source.kubeconfig !== undefined) config.loadFromString(source.kubeconfig);
    else if (source.kubeconfigPath !== undefined) config.loadFromFile(source.kubeconfigPath);
    else config.loadFromDefault();
  } catch (error) {
    // A parser's message quotes the text, and with it tokens.
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
    throw failure(source, `it cannot be read as a kubeconfig${code}`, "a kubeconfig in YAML");
  }
  const names = config.contexts.map(({ name }) => name);
  const wanted = source.context ?? config.currentContext;
  if (wanted === undefined || !names.includes(wanted)) {
    const seen = wanted ? `no context ${wanted}, but ${names.join(", ") || "none"}` : "no current-context";
    throw failure(source, seen, "a context that the kubeconfig has");
  }
  config.setCurrentContext(wanted);
  if (config.getCurrentCluster() === null) {
    throw failure(source, `context ${wanted} names a cluster that is not there`, "a cluster for the context");
  }
  return config;
}

function failure({ kubeconfig, kubeconfigPath }: KubeconfigSource, seen: string, wanted: string): FerryError {
  const where =
    kubeconfig === undefined ? (kubeconfigPath ?? "the default kubeconfig") : "the kubeconfig given as text";
  const next = "give what `kubectl config view --flatten --minify` prints for this cluster";
  return new FerryError({ failed: "logging in to the cluster", where, seen, wanted, next });
}
