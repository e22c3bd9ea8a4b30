import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { ensureGoPrograms, type GoBuild } from "./go-build.js";
import { paths } from "./paths.js";

export interface HelmInstallation {
  /** Absolute path of the CLI. */
  readonly helm: string;
}

const version = "v3.20.2";
const capabilities = "helm.sh/helm/v3/pkg/chartutil";

const build: GoBuild = {
  title: "Helm",
  module: "helm",
  packages: ["helm.sh/helm/v3/cmd/helm"],
  binDirectory: paths.helmBin,
  variables: {
    "helm.sh/helm/v3/internal/version.version": version,
    // What templates are told without a cluster; as in Helm's own releases, that of its Kubernetes client.
    [`${capabilities}.k8sVersionMajor`]: "1",
    [`${capabilities}.k8sVersionMinor`]: "35",
  },
  otherWay: "install Go",
};

/** Helm, always the pinned one: what a chart is rendered to and which values it refuses hangs on the version. */
export async function ensureHelm(progress: Progress): Promise<HelmInstallation> {
  await ensureGoPrograms(build, progress);
  return { helm: join(paths.helmBin, "helm") };
}
