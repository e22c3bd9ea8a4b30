import { assertRestoredServer, type Manifest } from "../backup/index.js";
import {
  type ConnectionOptions,
  explainRefusal,
  isDefiniteRefusal,
  MysqlServer,
  readServerFacts,
} from "../mysql/index.js";
import { FerryError, messageOf, PartialFailure, type Progress, waitUntil } from "../operation/index.js";
import { judgePod, type MysqldEnd, type PodState } from "./pod-state.js";
import { type PodPlace, Pods, podName } from "./pods.js";

/** The target as a pod of a StatefulSet, which restores its data before mysqld starts. */
export interface PodServerRequest {
  readonly target: ConnectionOptions;
  /** Asked for its accounts where the target, which has a copy of them, refuses the login. */
  readonly source?: ConnectionOptions;
  readonly place: PodPlace;
  /** Of the backup that is restored there; absent once there is none any more. */
  readonly manifest?: Manifest;
  /** From the pod's first sign to mysqld, the download included. */
  readonly restoreTimeoutSeconds: number;
  /** For scheduling, volumes and images before the restore, and for mysqld's first answer after it. */
  readonly startTimeoutSeconds: number;
  /** Whether the release of the chart outlives the migration: so from the cutover on. */
  readonly keepsRelease: boolean;
}

export interface PodServerResult {
  /** `""` as long as no run has seen it answer. */
  readonly serverUuid: string;
  readonly version: string;
  /** gtid_executed right after the restore: what the data holds, and a superset of the manifest's set. */
  readonly restoredGtidSet: string;
  readonly restoreSeconds: number;
  readonly running: boolean;
}

const LOOK_SECONDS = 1;

const NEVER_SEEN: PodServerResult = {
  serverUuid: "",
  version: "",
  restoredGtidSet: "",
  restoreSeconds: 0,
  running: false,
};

/**
 * Follows the pod until mysqld answers on the restored data. `known` is the last run's result. Errors are FerryErrors in
 * a PartialFailure: the pod and its volume are there, and go on restoring.
 */
export async function ensurePodServer(
  request: PodServerRequest,
  known: PodServerResult | undefined,
  progress: Progress,
): Promise<PodServerResult> {
  try {
    return await follow(request, known?.serverUuid === "" ? undefined : known, progress);
  } catch (error) {
    throw new PartialFailure<PodServerResult>({ ...NEVER_SEEN, ...known, running: false }, error);
  }
}

async function follow(
  request: PodServerRequest,
  known: PodServerResult | undefined,
  progress: Progress,
): Promise<PodServerResult> {
  const pods = new Pods(request.place);
  // The policy is the whole StatefulSet's, so only the first pod's resource decides about it.
  const isFirst = (request.place.ordinal ?? 0) === 0;
  // Of a run that is killed nothing is left that would later let the volume go, and its data would be taken for the
  // next migration's.
  if (isFirst && known === undefined && !request.keepsRelease) await pods.setVolumeFate("Delete");
  const restoreSeconds = await awaitStart(request, progress);
  const facts = await awaitAnswer(request, progress);
  if (request.manifest !== undefined && known === undefined) {
    await assertRestoredServer(request.target, request.manifest, facts);
  }
  if (isFirst) await pods.setVolumeFate("Retain");
  progress(
    `${facts.label}: MySQL ${facts.version.text} runs on the restored data${facts.superReadOnly ? ", read-only" : ""}`,
  );
  return {
    serverUuid: facts.serverUuid,
    version: facts.version.text,
    restoredGtidSet: known?.restoredGtidSet || facts.gtidExecuted,
    restoreSeconds: known?.restoreSeconds ?? restoreSeconds,
    running: true,
  };
}

/** Seconds that the restore took. */
async function awaitStart({ place, ...limits }: PodServerRequest, progress: Progress): Promise<number> {
  const pods = new Pods(place);
  let waitingSince = Date.now();
  // A failure of before this run says nothing about now: its cause may have been mended since.
  const first = judgePod(await pods.read());
  const oldFailure = first.kind === "restore failed" ? first.at : undefined;
  const wait = {
    awaited: "a pod that has restored the backup and started mysqld",
    where: pods.name,
    next: `look at it: kubectl describe pod ${podName(place)} --namespace ${place.namespace}`,
    timeoutSeconds: limits.restoreTimeoutSeconds,
    intervalSeconds: LOOK_SECONDS,
    progress,
  };
  return waitUntil(wait, async () => {
    const state = judgePod(await pods.read());
    if (state.kind === "started") return { done: state.restoreSeconds };
    if (state.kind === "restore failed" && state.at !== oldFailure) throw restoreFailed(pods, state.seen);
    if (state.kind === "restoring") {
      waitingSince = Date.now();
      return { seen: `it restores: ${await pods.lastRestoreLine()}` };
    }
    if (Date.now() - waitingSince > limits.startTimeoutSeconds * 1000) {
      throw neverBegan(pods, state, limits.startTimeoutSeconds, wait.next);
    }
    return state;
  });
}

async function awaitAnswer({ target, source, place, startTimeoutSeconds }: PodServerRequest, progress: Progress) {
  const pods = new Pods(place);
  // It may have ended before this run for a reason that is gone since.
  const endedBefore = endOf(judgePod(await pods.read()))?.at;
  const wait = {
    awaited: "mysqld answers",
    where: pods.name,
    next: `read its log: kubectl logs ${podName(place)} --namespace ${place.namespace}`,
    timeoutSeconds: startTimeoutSeconds,
    intervalSeconds: LOOK_SECONDS,
    progress,
  };
  return waitUntil(wait, async () => {
    try {
      return { done: await MysqlServer.with(target, "target", readServerFacts) };
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      if (isDefiniteRefusal(error)) throw await explainRefusal(target, source, error);
      const state = judgePod(await pods.read());
      const end = endOf(state);
      if (end !== undefined && end.at !== endedBefore) throw startFailed(pods, end.seen, wait.next);
      return { seen: `${"seen" in state ? `${state.seen}; ` : ""}${messageOf(error)}` };
    }
  });
}

function restoreFailed(pods: Pods, seen: string): FerryError {
  return new FerryError({
    failed: "restoring the backup",
    where: pods.name,
    seen,
    wanted: "a complete restore",
    next: "mend what the message names; Kubernetes tries again by itself, then run again",
  });
}

function endOf(state: PodState): MysqldEnd | undefined {
  return state.kind === "started" ? state.end : undefined;
}

function startFailed(pods: Pods, seen: string, next: string): FerryError {
  return new FerryError({
    failed: "starting mysqld",
    where: pods.name,
    seen,
    wanted: "mysqld running on the restored data",
    next: `${next}; fix what it names (image, settings, memory), then run again`,
  });
}

function neverBegan(pods: Pods, state: PodState & { seen: string }, seconds: number, next: string): FerryError {
  return new FerryError({
    failed: `waiting ${seconds} s for the restore to begin`,
    where: pods.name,
    seen: state.seen,
    wanted: "a pod that is scheduled, with its volume and images",
    next,
  });
}
