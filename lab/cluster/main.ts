import { messageOf } from "@gtid-ferry/engine/operation";
import { Command } from "commander";
import { paths } from "../../toolchain/paths.js";
import { MYSQL_IMAGE, STORAGE_CLASS, startCluster } from "./index.js";

async function start({ directory }: { readonly directory: string }): Promise<void> {
  const { kubeconfig, addresses } = await startCluster({ directory, progress: (line) => console.log(line) });
  console.log(`
The cluster runs, with image ${MYSQL_IMAGE} and storage class ${STORAGE_CLASS}.
To use it:     export KUBECONFIG=${kubeconfig} PATH=${paths.kubernetesBin}:$PATH
Its node:      ${addresses.nodeAddress} has the node ports; pods are in ${addresses.podCidr}, Services in ${addresses.serviceCidr}
This machine:  ${addresses.hostAddress}, as pods reach it
To stop it:    npm run lab:cluster:stop`);
}

new Command("npm run lab:cluster --")
  .description("Starts a real one-node Kubernetes cluster on this machine (Linux, root), or finds it running.")
  .option("--directory <path>", "where everything of the cluster lies", paths.cluster)
  .action(start)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
