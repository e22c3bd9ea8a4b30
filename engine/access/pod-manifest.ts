import type { V1EnvVar, V1Pod, V1Secret } from "@kubernetes/client-node";
import type { ChartPod } from "./chart-pod.js";
import type { AccessRequest, S3Login } from "./request.js";
import { backupFolder, testObjectKey } from "./test-object.js";

export const CONTAINER = "access-check";
const LOOK_SECONDS = 20;
/** Of the script beyond its looks: its start, and the end of what took too long. */
const SLACK_SECONDS = 40;
const S3_KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;

/** Of the pod, and of the Secret that it may need. */
export function podName({ release }: AccessRequest): string {
  return `${release}-${CONTAINER}`;
}

/**
 * A pod that has the identity, the network and the image of the release's pods, and runs `script` once. `secretName` is
 * that of its login to S3.
 */
export function podManifest(
  request: AccessRequest,
  pod: ChartPod,
  script: string,
  secretName: string | undefined,
): V1Pod {
  const { lookTimeoutSeconds = LOOK_SECONDS, startTimeoutSeconds } = request;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName(request), labels: pod.labels, annotations: pod.annotations },
    spec: {
      ...pod.placement,
      restartPolicy: "Never",
      activeDeadlineSeconds: startTimeoutSeconds + lookTimeoutSeconds + SLACK_SECONDS,
      terminationGracePeriodSeconds: 0,
      // Never met: Services of the release, which select by the same labels, must not lead to this pod.
      readinessGates: [{ conditionType: "gtid-ferry/serves" }],
      serviceAccountName: pod.serviceAccount.name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: pod.userId,
        runAsGroup: pod.userId,
        fsGroup: pod.userId,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: CONTAINER,
          image: pod.image,
          imagePullPolicy: pod.pullPolicy,
          command: ["bash", "-c", script],
          env: environment(request, lookTimeoutSeconds, secretName),
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
          volumeMounts: [{ name: "temporary", mountPath: "/tmp" }],
        },
      ],
      volumes: [{ name: "temporary", emptyDir: {} }],
    },
  };
}

/** Keys for S3, for as long as the pod runs. */
export function secretManifest(request: AccessRequest, login: S3Login): V1Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: podName(request) },
    stringData: {
      AWS_ACCESS_KEY_ID: login.accessKeyId,
      AWS_SECRET_ACCESS_KEY: login.secretAccessKey,
      ...(login.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: login.sessionToken }),
    },
  };
}

/** Host and port of Vault's address. */
export function vaultPort(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port) };
}

function environment(request: AccessRequest, lookSeconds: number, secretName: string | undefined): V1EnvVar[] {
  const { bucket, source, vault } = request;
  const own = {
    BUCKET: bucket.bucket,
    FOLDER: backupFolder(request),
    TEST_KEY: testObjectKey(request),
    AWS_REGION: bucket.region,
    ...(bucket.endpoint === undefined ? {} : { S3_ENDPOINT: bucket.endpoint }),
    SOURCE_HOST: source.host,
    SOURCE_PORT: String(source.port),
    ...(vault === undefined ? {} : vaultVariables(vault.address)),
    LOOK_SECONDS: String(lookSeconds),
    // Where the AWS CLI keeps its caches.
    HOME: "/tmp",
  };
  return [
    ...Object.entries(own).map(([name, value]) => ({ name, value })),
    ...(secretName === undefined ? [] : S3_KEYS).map((key) => ({
      name: key,
      valueFrom: { secretKeyRef: { name: secretName as string, key, optional: true } },
    })),
  ];
}

function vaultVariables(address: string) {
  const { host, port } = vaultPort(address);
  return { VAULT_HOST: host, VAULT_PORT: String(port) };
}
