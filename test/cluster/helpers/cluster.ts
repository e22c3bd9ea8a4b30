import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { type Cluster, findCluster, type Kubectl } from "../../../lab/cluster/index.js";

/** The cluster that test/cluster/main.ts started, named by GTID_FERRY_KUBECONFIG. */
export async function testCluster(): Promise<Cluster> {
  const kubeconfig = process.env.GTID_FERRY_KUBECONFIG;
  if (kubeconfig === undefined) throw new Error("GTID_FERRY_KUBECONFIG is not set: npm run test:cluster sets it");
  const cluster = await findCluster(dirname(kubeconfig));
  if (cluster === undefined) throw new Error(`no cluster runs in ${dirname(kubeconfig)}`);
  return cluster;
}

export interface TestNamespace {
  readonly name: string;
  /** Works in this namespace unless told otherwise. */
  readonly kubectl: Kubectl;
  /** Ends what is in it, and waits until it is gone. */
  remove(): Promise<void>;
}

/** A new namespace for one test file. */
export async function makeTestNamespace(cluster: Cluster, purpose: string): Promise<TestNamespace> {
  const name = `${purpose}-${randomBytes(3).toString("hex")}`;
  await cluster.kubectl(["create", "namespace", name]);
  const kubectl: Kubectl = (args, input) => cluster.kubectl([`--namespace=${name}`, ...args], input);
  // Pods cannot be made before it.
  await kubectl(["wait", "--for=create", "serviceaccount/default", "--timeout=30s"]);
  return {
    name,
    kubectl,
    remove: async () => {
      // Its servers first, one by one: mysqld takes minutes to end when those that replicate from it or to it, or the
      // Service between them, are gone already.
      for (const set of (await kubectl(["get", "statefulsets", "--output=name"])).split("\n").filter(Boolean)) {
        await kubectl(["scale", set, "--replicas=0"]);
        await kubectl(["wait", "--for=delete", `pod/${set.split("/").at(-1)}-0`, "--timeout=120s"]);
      }
      await cluster.kubectl(["delete", "namespace", name, "--timeout=120s"]);
    },
  };
}
