import { messageOf } from "@gtid-ferry/engine/operation";
import { findCluster, startCluster, stopCluster } from "../../lab/cluster/index.js";
import { ensureHelm } from "../../toolchain/helm.js";
import { ensureKubernetesPlugin } from "../../toolchain/pulumi-kubernetes.js";
import { ensureToolchain } from "../../toolchain/toolchain.js";
import { ensureVault } from "../../toolchain/vault.js";
import { runVitest } from "../run-vitest.js";

const progress = (line: string) => console.log(line);

/** The tests that need a cluster: on the lab's own where that runs, else on one that is gone afterwards. */
async function main(): Promise<number> {
  const { environment } = await ensureToolchain(progress);
  await ensureHelm(progress);
  await ensureVault(progress);
  await ensureKubernetesPlugin(progress);
  const isRunning = (await findCluster()) !== undefined;
  const { kubeconfig } = await startCluster({ progress });
  try {
    const variables = { GTID_FERRY_KUBECONFIG: kubeconfig };
    const projects = ["cluster", "cluster-alone"];
    return runVitest({ environment, projects, variables, vitestArguments: process.argv.slice(2) });
  } finally {
    if (!isRunning) await stopCluster({ progress });
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  },
);
