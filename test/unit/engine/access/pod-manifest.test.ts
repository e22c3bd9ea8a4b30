import { expect, it } from "vitest";
import { chartPod } from "../../../../engine/access/chart-pod.js";
import { podManifest, secretManifest, vaultPort } from "../../../../engine/access/pod-manifest.js";
import type { AccessRequest } from "../../../../engine/access/request.js";

const login = { accessKeyId: "key-id", secretAccessKey: "secret-key" };
const request: AccessRequest = {
  cluster: { kubeconfig: "secret-kubeconfig", namespace: "databases" },
  release: "shop",
  chartValues: {
    image: { tag: "8.0.46" },
    restore: { image: { repository: "registry.example/restore", tag: "7", pullPolicy: "Always" } },
    imagePullSecrets: [{ name: "registry" }],
    podLabels: { team: "data" },
    podAnnotations: { mesh: "off" },
    nodeSelector: { disk: "fast" },
    userId: 1001,
  },
  database: "shop",
  bucket: { bucket: "backups", region: "eu-central-1", keyPrefix: "p" },
  podLogin: login,
  source: { host: "10.20.1.5", port: 3306 },
  startTimeoutSeconds: 100,
};

it("has identity, network and image of the release's pods, and is led to by none of its Services", () => {
  const { metadata, spec } = podManifest(request, chartPod(request), "script", undefined);
  expect(metadata).toEqual({
    name: "shop-access-check",
    labels: { team: "data", "app.kubernetes.io/name": "gtid-ferry-target", "app.kubernetes.io/instance": "shop" },
    annotations: { mesh: "off" },
  });
  expect(spec).toMatchObject({
    serviceAccountName: "shop",
    restartPolicy: "Never",
    activeDeadlineSeconds: 160,
    readinessGates: [{ conditionType: "gtid-ferry/serves" }],
    imagePullSecrets: [{ name: "registry" }],
    nodeSelector: { disk: "fast" },
    securityContext: { runAsNonRoot: true, runAsUser: 1001 },
    containers: [{ image: "registry.example/restore:7", imagePullPolicy: "Always" }],
  });
  expect(spec?.containers[0]?.env?.some(({ name }) => name.startsWith("AWS_ACCESS"))).toBe(false);
});

it("takes keys from a Secret, and holds none", () => {
  const pod = podManifest(request, chartPod(request), "script", "shop-access-check");
  expect(pod.spec?.containers[0]?.env).toContainEqual({
    name: "AWS_SECRET_ACCESS_KEY",
    valueFrom: { secretKeyRef: { name: "shop-access-check", key: "AWS_SECRET_ACCESS_KEY", optional: true } },
  });
  expect(JSON.stringify(pod)).not.toMatch(/secret-key"|secret-kubeconfig|key-id/);
  expect(secretManifest(request, login).stringData).toEqual({
    AWS_ACCESS_KEY_ID: "key-id",
    AWS_SECRET_ACCESS_KEY: "secret-key",
  });
});

it.each([
  ["https://vault.example", "vault.example", 443],
  ["http://vault.example/", "vault.example", 80],
  ["https://[fd00::1]:8200", "fd00::1", 8200],
])("finds host and port of %s", (address, host, port) => {
  expect(vaultPort(address)).toEqual({ host, port });
});
