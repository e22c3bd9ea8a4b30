import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { replicaSettings } from "../../../engine/local-server/target-settings.js";
import { at, chartDirectory, each, entriesOf, find, helm, listOf, ofKind, render } from "../../helpers/helm.js";

const FILES = ["minimal", "aws-vault", "secret-tls", "monitoring"].map((name) => `${name}-values.yaml`);

describe.each(FILES)("the chart with %s", (file) => {
  const objects = render(file);

  it("passes helm lint --strict", () => {
    const run = helm(["lint", "--strict", chartDirectory, "-f", join(chartDirectory, "ci", file)]);
    expect(run.status, run.stdout + run.stderr).toBe(0);
  });

  it("carries the scripts of the repository as they are", () => {
    const data = new Map(entriesOf(at(find(objects, "ConfigMap", "shop-scripts"), "data")));
    const shared = ["job.sh", "link-keyring.sh", "restore.sh"];
    for (const name of shared) {
      expect(data.get(name), name).toBe(readFileSync(resolve("scripts", name), "utf8"));
    }
    expect([...data.keys()].sort()).toEqual([...shared, "restore-once.sh", "start-mysqld.sh"].sort());
  });

  it("runs mysqld with what every target runs with", () => {
    const settings = mysqldSettings(objects);
    // These two are found out in the pod.
    const { server_id: _, skip_replica_start: __, ...wanted } = replicaSettings(1);
    const texts = Object.entries(wanted).map(([name, value]) => [name, String(value)]);
    expect(settings).toMatchObject(Object.fromEntries(texts));
    expect(settings).toMatchObject({
      require_secure_transport: "ON",
      relay_log: "relay-bin",
      secure_file_priv: "NULL",
    });
  });

  it("gives containers no right that they need not", () => {
    const pod = podOf(objects);
    expect(at(pod, "spec.securityContext")).toEqual({
      runAsNonRoot: true,
      runAsUser: 999,
      runAsGroup: 999,
      fsGroup: 999,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const container of containersOf(pod)) {
      expect(at(container, "securityContext")).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(at(container, "terminationMessagePolicy")).toBe("FallbackToLogsOnError");
      expect(at(container, "resources.requests")).toBeDefined();
    }
  });

  it("restores before mysqld starts, each from a script without arguments", () => {
    const pod = podOf(objects);
    expect(each(at(pod, "spec.initContainers"), "name")).toEqual(["restore"]);
    expect(at(pod, "spec.initContainers.0.command")).toEqual(["bash", "/scripts/restore-once.sh"]);
    expect(at(pod, "spec.containers.0.name")).toBe("mysqld");
    expect(at(pod, "spec.containers.0.command")).toEqual(["bash", "/scripts/start-mysqld.sh"]);
    expect([at(pod, "spec.initContainers.0.args"), at(pod, "spec.containers.0.args")]).toEqual([undefined, undefined]);
    expect(at(pod, "spec.terminationGracePeriodSeconds")).toBe(300);
  });

  it("asks mysqld whether it answers, and nothing about its role or replication", () => {
    const mysqld = at(podOf(objects), "spec.containers.0");
    const command = [
      "mysqladmin",
      "--no-defaults",
      "--socket=/run/mysqld/mysqld.sock",
      "--user=probe",
      "--connect-timeout=5",
      "ping",
    ];
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
      expect(at(mysqld, probe), probe).toMatchObject({ exec: { command }, periodSeconds: 10, timeoutSeconds: 6 });
      expect(at(mysqld, `${probe}.httpGet`) ?? at(mysqld, `${probe}.tcpSocket`)).toBeUndefined();
    }
    expect(environmentOf(mysqld)).toMatchObject({ MYSQL_TEST_LOGIN_FILE: "/run/mysqld/no-login-file" });
    expect(at(mysqld, "startupProbe.failureThreshold")).toBe(360);
    expect(at(mysqld, "livenessProbe.failureThreshold")).toBe(6);
  });

  it("keeps the volumes", () => {
    const set = find(objects, "StatefulSet", "shop");
    const retained = { whenDeleted: "Retain", whenScaled: "Retain" };
    expect(at(set, "spec.persistentVolumeClaimRetentionPolicy")).toEqual(retained);
    expect(each(at(set, "spec.volumeClaimTemplates"), "metadata")).toEqual([
      { name: "data", annotations: { "helm.sh/resource-policy": "keep" } },
    ]);
    expect(ofKind(objects, "PersistentVolumeClaim")).toEqual([]);
  });
});

describe("Services", () => {
  const objects = render("minimal-values.yaml");

  it("lead applications nowhere before the switchover, administrators to the first pod, readers to all", () => {
    const first = {
      "app.kubernetes.io/instance": "shop",
      "statefulset.kubernetes.io/pod-name": "shop-0",
    };
    const all = { "app.kubernetes.io/name": "gtid-ferry-target", "app.kubernetes.io/instance": "shop" };
    const selectorOf = (name: string, among = objects) => at(find(among, "Service", name), "spec.selector");
    expect(selectorOf("shop")).toBeUndefined();
    expect(selectorOf("shop-target")).toEqual(first);
    expect(selectorOf("shop-replicas")).toEqual(all);
    expect(find(objects, "Service", "shop-pods")).toMatchObject({ spec: { clusterIP: "None", selector: all } });
    expect(at(find(objects, "StatefulSet", "shop"), "spec.serviceName")).toBe("shop-pods");
    expect(at(podOf(objects), "metadata.labels")).toMatchObject(all);
    expect(selectorOf("shop", render("secret-tls-values.yaml"))).toEqual(first);
  });

  it("have one port each, with a name for the EndpointSlice of a route", () => {
    for (const name of ["shop", "shop-target", "shop-replicas"]) {
      const service = find(objects, "Service", name);
      expect(at(service, "spec.type")).toBe("ClusterIP");
      expect(at(service, "spec.ports")).toEqual([{ name: "mysql", port: 3306, targetPort: 3306, protocol: "TCP" }]);
    }
  });

  it("are internal load balancers by values", () => {
    const balanced = render("aws-vault-values.yaml");
    for (const [name, ranges] of [
      ["shop", ["10.10.0.0/16", "10.20.0.0/16"]],
      ["shop-target", ["10.20.1.5/32"]],
    ] as const) {
      const service = find(balanced, "Service", name);
      expect(at(service, "metadata.annotations")).toEqual({
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
        "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
      });
      expect(at(service, "spec")).toMatchObject({
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        loadBalancerSourceRanges: ranges,
      });
    }
    expect(at(find(balanced, "Service", "shop-replicas"), "spec.type")).toBe("ClusterIP");
  });
});

describe("the backup", () => {
  it("comes from a ConfigMap of its own, so that another one restarts no pod", () => {
    const values = { backup: { bucket: "other", manifestKey: "backups/shop/b2/manifest.json" } };
    const [before, after] = [render("minimal-values.yaml"), render("minimal-values.yaml", values)];
    expect(podOf(after)).toEqual(podOf(before));
    expect(at(find(after, "ConfigMap", "shop-backup"), "data")).toEqual({
      BUCKET: "other",
      AWS_REGION: "eu-central-1",
      MANIFEST_KEY: "backups/shop/b2/manifest.json",
    });
    expect(at(find(render("secret-tls-values.yaml"), "ConfigMap", "shop-backup"), "data.S3_ENDPOINT")).toBe(
      "https://s3.example:9000",
    );
  });

  it("is restored by an image of its own where there is one", () => {
    const image = (file: string) => at(podOf(render(file)), "spec.initContainers.0.image");
    expect(image("minimal-values.yaml")).toBe("docker.io/library/mysql:9.7.4");
    expect(image("aws-vault-values.yaml")).toBe("docker.io/percona/percona-xtrabackup:8.0.35-34.1");
  });

  it("comes with the keyring of encrypted data where one is given", () => {
    const pod = podOf(render("secret-tls-values.yaml"));
    const secret = { secretName: "shop-keyring", defaultMode: 0o440 };
    expect(listOf(at(pod, "spec.volumes"))).toContainEqual({ name: "keyring", secret });
    const restore = at(pod, "spec.initContainers.0");
    expect(environmentOf(restore)).toMatchObject({ KEYRING_CONFIG: "/keyring/component_keyring_file.cnf" });
    for (const container of [restore, at(pod, "spec.containers.0")]) {
      const mount = { name: "keyring", mountPath: "/keyring", readOnly: true };
      expect(listOf(at(container, "volumeMounts"))).toContainEqual(mount);
    }
    const without = JSON.stringify(podOf(render("minimal-values.yaml")));
    expect(without).not.toMatch(/keyring/i);
  });

  it("changes of mysqld's settings restart the pods", () => {
    const values = { mysql: { settings: { max_connections: 7 } } };
    const annotations = (objects: readonly unknown[]) => at(podOf(objects), "metadata.annotations");
    expect(annotations(render("minimal-values.yaml", values))).not.toEqual(annotations(render("minimal-values.yaml")));
  });
});

describe("several servers", () => {
  const objects = render("monitoring-values.yaml");

  it("have server ids that follow on the base, whatever its size", () => {
    expect(at(find(objects, "StatefulSet", "shop"), "spec.replicas")).toBe(3);
    expect(environmentOf(at(podOf(objects), "spec.containers.0"))).toMatchObject({
      SERVER_ID_BASE: "200",
      POD_NAME: { fieldRef: { fieldPath: "metadata.name" } },
    });
    const mysqld = at(podOf(render("aws-vault-values.yaml")), "spec.containers.0");
    expect(environmentOf(mysqld)).toMatchObject({ SERVER_ID_BASE: "409124581" });
  });

  it("are spread, and not evicted all at once", () => {
    expect(at(podOf(objects), "spec.topologySpreadConstraints")).toEqual([
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: {
          matchLabels: { "app.kubernetes.io/name": "gtid-ferry-target", "app.kubernetes.io/instance": "shop" },
        },
      },
    ]);
    expect(at(find(objects, "PodDisruptionBudget", "shop"), "spec.maxUnavailable")).toBe(1);
  });

  it("are watched by an exporter that logs in by a file", () => {
    const exporter = at(podOf(objects), "spec.containers.1");
    expect(exporter).toMatchObject({
      image: "quay.io/prometheus/mysqld-exporter:v0.17.2",
      args: ["--config.my-cnf=/credentials/client.cnf"],
    });
    const credentials = { name: "credentials", mountPath: "/credentials", readOnly: true };
    expect(at(exporter, "volumeMounts")).toContainEqual(credentials);
    const monitor = find(objects, "ServiceMonitor", "shop");
    expect(at(monitor, "spec.endpoints")).toEqual([{ port: "metrics", interval: "30s" }]);
    const wanted = entriesOf(at(monitor, "spec.selector.matchLabels"));
    const seen = ofKind(objects, "Service").filter((service) => {
      const labels = new Map(entriesOf(at(service, "metadata.labels")));
      return wanted.every(([name, value]) => labels.get(name) === value);
    });
    expect(seen).toEqual([find(objects, "Service", "shop-pods")]);
    expect(each(at(seen[0], "spec.ports"), "name")).toEqual(["mysql", "metrics"]);
  });
});

describe("the network", () => {
  it("lets in clients of MySQL, and scrapers only where there are metrics", () => {
    expect(at(find(render("aws-vault-values.yaml"), "NetworkPolicy", "shop"), "spec")).toMatchObject({
      policyTypes: ["Ingress"],
      ingress: [
        {
          ports: [{ port: 3306, protocol: "TCP" }],
          from: [{ podSelector: {} }, { ipBlock: { cidr: "10.10.0.0/16" } }, { ipBlock: { cidr: "10.20.1.5/32" } }],
        },
      ],
    });
    const monitored = find(render("monitoring-values.yaml"), "NetworkPolicy", "shop");
    expect(each(at(monitored, "spec.ingress"), "ports.0.port")).toEqual([3306, 9104]);
    expect(at(find(render("secret-tls-values.yaml"), "NetworkPolicy", "shop"), "spec.policyTypes")).toEqual([
      "Ingress",
      "Egress",
    ]);
  });
});

describe("TLS", () => {
  it("is mysqld's own, a Secret's, or cert-manager's", () => {
    const own = render("minimal-values.yaml");
    expect(Object.keys(mysqldSettings(own)).filter((name) => name.startsWith("ssl_"))).toEqual([]);
    for (const file of ["secret-tls-values.yaml", "monitoring-values.yaml"]) {
      const objects = render(file);
      expect(mysqldSettings(objects)).toMatchObject({
        ssl_ca: "/tls/ca.crt",
        ssl_cert: "/tls/tls.crt",
        ssl_key: "/tls/tls.key",
      });
      expect(at(podOf(objects), "spec.volumes")).toContainEqual({
        name: "tls",
        secret: { secretName: "shop-tls", defaultMode: 0o440 },
      });
    }
    const certificate = find(render("monitoring-values.yaml"), "Certificate", "shop");
    expect(at(certificate, "spec.secretName")).toBe("shop-tls");
    expect(at(certificate, "spec.issuerRef")).toEqual({ name: "internal", kind: "ClusterIssuer" });
    expect(at(certificate, "spec.dnsNames")).toEqual(expect.arrayContaining(["shop-target.db.svc", "shop.db.example"]));
  });
});

function podOf(objects: readonly unknown[]): unknown {
  return at(find(objects, "StatefulSet", "shop"), "spec.template");
}

function containersOf(pod: unknown): readonly unknown[] {
  return [...listOf(at(pod, "spec.initContainers")), ...listOf(at(pod, "spec.containers"))];
}

function environmentOf(container: unknown): Record<string, unknown> {
  const entries = listOf(at(container, "env")).map((one) => [
    at(one, "name"),
    at(one, "value") ?? at(one, "valueFrom"),
  ]);
  return Object.fromEntries(entries);
}

function mysqldSettings(objects: readonly unknown[]): Record<string, string> {
  // The key itself has a dot.
  const text = new Map(entriesOf(at(find(objects, "ConfigMap", "shop-mysqld"), "data"))).get("mysqld.cnf");
  const [section, ...lines] = String(text).trimEnd().split("\n");
  expect(section).toBe("[mysqld]");
  return Object.fromEntries(lines.map((line) => line.split(" = ")));
}
