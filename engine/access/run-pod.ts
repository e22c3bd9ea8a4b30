import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { readScript } from "../backup/index.js";
import { type Progress, waitUntil } from "../operation/index.js";
import type { ChartPod } from "./chart-pod.js";
import { type PodReport, readLooks } from "./observation.js";
import { CONTAINER, podManifest, podName, secretManifest } from "./pod-manifest.js";
import type { AccessRequest, S3Login } from "./request.js";
import type { TargetNamespace } from "./target-namespace.js";

const IDENTITY_SECONDS = 10;
/** Of the script, beyond the start. */
const RUN_SECONDS = 60;
const TOKEN_VARIABLE = "AWS_WEB_IDENTITY_TOKEN_FILE";

/** Lets a pod like those of the release look, and removes it. `login` wins over what the release would have. */
export async function runPod(
  namespace: TargetNamespace,
  request: AccessRequest,
  pod: ChartPod,
  login: S3Login | undefined,
  progress: Progress,
): Promise<PodReport> {
  const name = podName(request);
  const secretName = login === undefined ? pod.secretName : name;
  const manifest = podManifest(request, pod, readScript("access-check.sh").text, secretName);
  return withSecret(namespace, request, login, async () => {
    // Left there by a run that was killed.
    await namespace.removePod(name, progress);
    try {
      await awaitIdentity(namespace, pod, manifest);
      await namespace.makePod(manifest);
      progress(`pod ${request.cluster.namespace}/${name} looks at bucket and source`);
      return await follow(namespace, request, name, progress);
    } finally {
      await namespace.removePod(name, progress);
    }
  });
}

/** Where there is no login, no right to Secrets is needed either. */
async function withSecret<T>(
  namespace: TargetNamespace,
  request: AccessRequest,
  login: S3Login | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (login === undefined) return work();
  const name = podName(request);
  await namespace.removeSecret(name);
  try {
    await namespace.makeSecret(secretManifest(request, login));
    return await work();
  } finally {
    await namespace.removeSecret(name);
  }
}

/** The webhook that gives pods their role learns of a new service account a moment later. */
async function awaitIdentity(namespace: TargetNamespace, pod: ChartPod, manifest: V1Pod): Promise<void> {
  if (pod.serviceAccount.roleArn === undefined) return;
  for (const end = Date.now() + IDENTITY_SECONDS * 1000; Date.now() < end; ) {
    const tried = await namespace.makePod(manifest, { tryOnly: true });
    const variables = tried?.spec?.containers.flatMap(({ env }) => env ?? []) ?? [];
    if (variables.some((variable) => variable.name === TOKEN_VARIABLE)) return;
    await sleep(500);
  }
}

async function follow(
  namespace: TargetNamespace,
  request: AccessRequest,
  name: string,
  progress: Progress,
): Promise<PodReport> {
  const { startTimeoutSeconds, cluster } = request;
  const look = `kubectl describe pod ${name} --namespace ${cluster.namespace}`;
  let began = false;
  let seen = "";
  const start = Date.now();
  const wait = {
    awaited: "the pod's answer",
    where: namespace.name,
    next: look,
    timeoutSeconds: startTimeoutSeconds + RUN_SECONDS,
    intervalSeconds: 0.3,
    progress,
  };
  return waitUntil<PodReport>(wait, async () => {
    const state = stateOf(await namespace.pod(name));
    began ||= state.kind === "runs" || state.kind === "ended";
    seen = state.seen;
    if (state.kind === "ended") {
      const looks = readLooks(await namespace.log(name));
      if (Object.keys(looks).length > 0) return { done: { looks } };
      return { done: { unseen: `the pod ended without an answer: ${seen}`, fix: IMAGE_FIX } };
    }
    if (state.kind === "gone") return { done: { unseen: seen, fix: "run it again, one run at a time" } };
    if (!began && Date.now() - start > startTimeoutSeconds * 1000) {
      return { done: { unseen: `the pod did not start within ${startTimeoutSeconds} s: ${seen}`, fix: START_FIX } };
    }
    return { seen };
  });
}

const IMAGE_FIX = "give an image with bash, coreutils and the AWS CLI: restore.image in gtid-ferry:chartValues";
const START_FIX = "correct image, imagePullSecrets, nodeSelector, tolerations or affinity in gtid-ferry:chartValues";

interface PodState {
  readonly kind: "waits" | "runs" | "ended" | "gone";
  readonly seen: string;
}

/** By the container, not by the pod: a sidecar may never end. */
function stateOf(pod: V1Pod | undefined): PodState {
  if (pod === undefined) return { kind: "gone", seen: "somebody has deleted the pod" };
  const state = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state;
  if (state?.terminated !== undefined) {
    const { exitCode, reason = "", message = "" } = state.terminated;
    return { kind: "ended", seen: `exit code ${exitCode} ${reason} ${message}`.trim() };
  }
  if (pod.status?.phase === "Failed") {
    return { kind: "ended", seen: [pod.status.reason, pod.status.message].filter(Boolean).join(": ") };
  }
  if (state?.running !== undefined) return { kind: "runs", seen: "it runs" };
  const { reason, message } = state?.waiting ?? {};
  const unmet = (pod.status?.conditions ?? [])
    .filter(({ type, status }) => type === "PodScheduled" && status === "False")
    .map((condition) => condition.message);
  const said = [reason, message, ...unmet].filter((text) => text !== undefined && text !== "");
  return { kind: "waits", seen: said.join(", ") || (pod.status?.phase ?? "no phase") };
}
