import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesOptions } from "../../../engine/traffic/kubernetes/options.js";
import type { Cluster } from "../../../lab/cluster/index.js";
import { at, chartDirectory, find, helm, ofKind, render } from "../../helpers/helm.js";
import { type TestNamespace, testCluster } from "../helpers/cluster.js";
import { makeRestrictedNamespace } from "../helpers/restricted-namespace.js";

/** Of other projects, whose definitions this cluster does not have. */
const FOREIGN = ["Certificate", "ServiceMonitor"];

let cluster: Cluster;
let namespace: TestNamespace;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await makeRestrictedNamespace(cluster, "chart-dry-run");
});

afterAll(async () => {
  await namespace.remove();
});

describe("the API server", () => {
  it.each(["minimal", "aws-vault", "secret-tls", "monitoring"])(
    "takes everything of the chart with %s, without a warning",
    async (name) => {
      const objects = render(`${name}-values.yaml`).filter((object) => !FOREIGN.includes(String(at(object, "kind"))));
      const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      const answer = await namespace.kubectl(
        ["apply", "--dry-run=server", "--validate=strict", "--warnings-as-errors", "--output=name", "--filename=-"],
        list,
      );
      expect(answer.trim().split("\n")).toHaveLength(objects.length);
    },
  );

  it("refuses what the chart would never render, so that the tests above mean something", async () => {
    const set = find(render("minimal-values.yaml"), "StatefulSet", "shop");
    const wrong = JSON.stringify(set).replace("podManagementPolicy", "podManagmentPolicy");
    const applied = namespace.kubectl(["apply", "--dry-run=server", "--validate=strict", "--filename=-"], wrong);
    await expect(applied).rejects.toThrow('unknown field "spec.podManagmentPolicy"');
  });
});

describe("helm install", () => {
  it("prints the route that leads applications, as the program's configuration takes it", () => {
    const file = `${chartDirectory}/ci/minimal-values.yaml`;
    const { kubeconfig } = cluster;
    const run = helm(["install", "shop", chartDirectory, "-n", namespace.name, "--dry-run=server", "-f", file], {
      kubeconfig,
    });
    expect(run.stderr).toBe("");
    const route = /traffic route +(\{.*\})/.exec(run.stdout)?.[1] ?? "";
    const services = ofKind(render("minimal-values.yaml"), "Service");
    expect(kubernetesOptions.parse(JSON.parse(route.replace("SOURCE_ADDRESS", "10.20.1.5")))).toMatchObject({
      namespace: namespace.name,
      service: "shop",
      portName: "mysql",
      endpoints: { target: { selector: at(find(services, "Service", "shop-target"), "spec.selector") } },
    });
  });
});
