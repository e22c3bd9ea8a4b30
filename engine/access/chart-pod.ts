import { z } from "zod";
import { FerryError } from "../operation/index.js";
import type { AccessRequest } from "./request.js";

const text = z.string().default("");
const labels = z.record(z.string(), z.string()).default({});
const list = z.array(z.looseObject({})).default([]);
const image = z.looseObject({ repository: text, tag: text, pullPolicy: text }).prefault({});

/** Of the chart's values, with its defaults: what makes a pod who it is, and what it can reach. */
const schema = z.looseObject({
  image: image.prefault({}),
  imagePullSecrets: list,
  restore: z.looseObject({ image }).prefault({}),
  credentials: z
    .looseObject({
      source: z.enum(["none", "secret", "vault"]).default("none"),
      secretName: text,
      vault: z
        .looseObject({
          role: z.string().default("db_replication"),
          authPath: z.string().default("auth/kubernetes"),
          path: text,
          s3Keys: z.boolean().default(false),
          annotations: labels,
        })
        .prefault({}),
    })
    .prefault({}),
  serviceAccount: z
    .looseObject({ create: z.boolean().default(true), name: text, roleArn: text, annotations: labels })
    .prefault({}),
  userId: z.int().default(999),
  podAnnotations: labels,
  podLabels: labels,
  priorityClassName: text,
  nodeSelector: labels,
  tolerations: list,
  affinity: z.looseObject({}).default({}),
});

export const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";
const CHART_NAME = "gtid-ferry-target";
const DEFAULT_IMAGE = "docker.io/library/mysql";
const VAULT_NAMESPACE_ANNOTATION = "vault.hashicorp.com/namespace";

/** The pods that the chart will make, as far as who they are and what they reach depends on it. */
export type ChartPod = ReturnType<typeof chartPod>;

/** Throws a FerryError that names the values which the chart would not take. */
export function chartPod({ chartValues, release, database }: AccessRequest) {
  const parsed = schema.safeParse(chartValues);
  if (!parsed.success) throw mistaken(release, parsed.error.issues);
  const values = parsed.data;
  const { serviceAccount, credentials } = values;
  const { vault } = credentials;
  const own = values.restore.image.repository === "" ? values.image : values.restore.image;
  const vaultNamespace = vault.annotations[VAULT_NAMESPACE_ANNOTATION];
  return {
    labels: {
      ...values.podLabels,
      "app.kubernetes.io/name": CHART_NAME,
      "app.kubernetes.io/instance": release,
    },
    annotations: values.podAnnotations,
    image: `${own.repository || DEFAULT_IMAGE}:${own.tag}`,
    pullPolicy: values.restore.image.pullPolicy || values.image.pullPolicy || "IfNotPresent",
    userId: values.userId,
    serviceAccount: {
      name: serviceAccount.name || release,
      isMadeByRelease: serviceAccount.create,
      ...(serviceAccount.roleArn === "" ? {} : { roleArn: serviceAccount.roleArn }),
      annotations: {
        ...(serviceAccount.roleArn === "" ? {} : { [ROLE_ANNOTATION]: serviceAccount.roleArn }),
        ...serviceAccount.annotations,
      },
    },
    ...(credentials.source === "secret" ? { secretName: credentials.secretName } : {}),
    ...(credentials.source === "vault"
      ? {
          vault: {
            role: vault.role,
            authPath: vault.authPath,
            path: vault.path || `kv/data/db_replication/${database}`,
            hasS3Keys: vault.s3Keys,
            ...(vaultNamespace === undefined ? {} : { namespace: vaultNamespace }),
          },
        }
      : {}),
    placement: {
      imagePullSecrets: values.imagePullSecrets,
      nodeSelector: values.nodeSelector,
      tolerations: values.tolerations,
      affinity: values.affinity,
      ...(values.priorityClassName === "" ? {} : { priorityClassName: values.priorityClassName }),
    },
  };
}

function mistaken(release: string, issues: readonly z.core.$ZodIssue[]): FerryError {
  return new FerryError({
    failed: "reading the chart's values",
    where: `release ${release}`,
    seen: issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    wanted: "values as chart/values.yaml describes them",
    next: "correct gtid-ferry:chartValues",
  });
}
