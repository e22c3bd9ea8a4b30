import { messageOf } from "@gtid-ferry/engine/operation";
import { MYSQL_IMAGE, startCluster } from "./index.js";

async function main(): Promise<void> {
  const { kubeconfig, addresses } = await startCluster({ progress: (line) => console.log(line) });
  console.log(`
The cluster runs, with image ${MYSQL_IMAGE}.
To use it:     export KUBECONFIG=${kubeconfig}
Its node:      ${addresses.nodeAddress} (node ports; Services have addresses in ${addresses.serviceCidr})
This machine:  ${addresses.hostAddress}, as pods reach it
To stop it:    npm run lab:cluster:stop`);
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
