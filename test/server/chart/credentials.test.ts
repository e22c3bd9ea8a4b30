import { describe, expect, it } from "vitest";
import { at, each, entriesOf, find, listOf, ofKind, render, renderText } from "../../helpers/helm.js";

/** Of the container itself: EKS gives one that has none the cluster's. */
const BUCKET_REGION = {
  name: "AWS_REGION",
  valueFrom: { configMapKeyRef: { name: "shop-backup", key: "AWS_REGION" } },
};

describe("credentials", () => {
  it("from an existing Secret reach the restore by its environment and others by a file", () => {
    const pod = podOf(render("secret-tls-values.yaml"));
    expect(fromElsewhere(pod)).toEqual([
      BUCKET_REGION,
      ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map((key) => ({
        name: key,
        valueFrom: { secretKeyRef: { name: "shop-credentials", key, optional: true } },
      })),
    ]);
    expect(at(pod, "spec.volumes")).toContainEqual({
      name: "credentials",
      secret: {
        secretName: "shop-credentials",
        defaultMode: 0o440,
        optional: true,
        items: [{ key: "client.cnf", path: "client.cnf" }],
      },
    });
    const mounted = { name: "credentials", mountPath: "/credentials", readOnly: true };
    expect(at(pod, "spec.containers.0.volumeMounts")).toContainEqual(mounted);
    const ofRestore = each(at(pod, "spec.initContainers.0.volumeMounts"), "name");
    expect(ofRestore).toEqual(["data", "scripts", "temporary", "keyring"]);
  });

  it("from Vault are files that the agent writes before the restore", () => {
    const pod = podOf(render("aws-vault-values.yaml"));
    expect(vaultOf(pod)).toEqual({
      "agent-inject": "true",
      "agent-init-first": "true",
      role: "db_replication",
      "auth-path": "auth/kubernetes-test-cluster",
      "secret-volume-path": "/credentials",
      "agent-inject-secret-client.cnf": "kv/data/db_replication/shop",
      "agent-inject-template-client.cnf": [
        '{{- with secret "kv/data/db_replication/shop" -}}',
        "[client]",
        'user="{{ .Data.data.DB_USERNAME | replaceAll `\\` `\\\\` | replaceAll `"` `\\"` }}"',
        'password="{{ .Data.data.DB_PASSWORD | replaceAll `\\` `\\\\` | replaceAll `"` `\\"` }}"',
        "socket=/run/mysqld/mysqld.sock",
        "{{- end }}",
        "",
      ].join("\n"),
    });
    expect(at(pod, "spec.automountServiceAccountToken")).toBe(true);
  });

  it("from Vault may hold the keys for S3, at a path and a role of one's own", () => {
    const vault = {
      s3Keys: true,
      path: "secret/data/ours",
      role: "reader",
      annotations: { "vault.hashicorp.com/namespace": "team" },
    };
    expect(vaultOf(podOf(render("aws-vault-values.yaml", { credentials: { vault } })))).toMatchObject({
      role: "reader",
      namespace: "team",
      "agent-inject-secret-client.cnf": "secret/data/ours",
      "agent-inject-secret-s3.env": "secret/data/ours",
      "agent-inject-template-s3.env": [
        '{{- with secret "secret/data/ours" -}}',
        "AWS_ACCESS_KEY_ID='{{ .Data.data.AWS_ACCESS_KEY_ID }}'",
        "AWS_SECRET_ACCESS_KEY='{{ .Data.data.AWS_SECRET_ACCESS_KEY }}'",
        "{{- end }}",
        "",
      ].join("\n"),
    });
  });

  it("are not needed where the service account's role reads the backup", () => {
    const objects = render("aws-vault-values.yaml");
    expect(at(find(objects, "ServiceAccount", "shop"), "metadata.annotations")).toEqual({
      "eks.amazonaws.com/role-arn": "arn:aws:iam::222222222222:role/irsa_role_db_replication",
    });
    expect(at(podOf(objects), "spec.serviceAccountName")).toBe("shop");
    const pod = podOf(render("minimal-values.yaml"));
    expect(at(pod, "spec.automountServiceAccountToken")).toBe(false);
    expect(each(at(pod, "spec.volumes"), "name")).not.toContain("credentials");
    expect(fromElsewhere(pod)).toEqual([BUCKET_REGION]);
  });

  it("never are a value of the chart: neither ConfigMaps nor arguments name one", () => {
    for (const file of ["minimal", "aws-vault", "secret-tls", "monitoring"]) {
      const objects = render(`${file}-values.yaml`);
      const scripts = find(objects, "ConfigMap", "shop-scripts");
      const others = ofKind(objects, "ConfigMap").filter((object) => object !== scripts);
      expect(JSON.stringify(others)).not.toMatch(/password|secret_?access|access_key|token/i);
      const containers = ["initContainers", "containers"].flatMap((name) => listOf(at(podOf(objects), `spec.${name}`)));
      const argv = ["command", "args"].map((name) => each(containers, name));
      expect(JSON.stringify(argv)).not.toMatch(/password|secret|access_key|token/i);
      expect(ofKind(objects, "Secret")).toEqual([]);
      expect(renderText(`${file}-values.yaml`)).not.toContain("MYSQL_PWD");
    }
  });
});

function podOf(objects: readonly unknown[]): unknown {
  return at(find(objects, "StatefulSet", "shop"), "spec.template");
}

/** Variables of the restore that are not written in the template. */
function fromElsewhere(pod: unknown): readonly unknown[] {
  return listOf(at(pod, "spec.initContainers.0.env")).filter((one) => at(one, "valueFrom") !== undefined);
}

function vaultOf(pod: unknown): Record<string, unknown> {
  const prefix = "vault.hashicorp.com/";
  const entries = entriesOf(at(pod, "metadata.annotations")).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}
