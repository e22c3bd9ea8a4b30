import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

/** Names of the chart's containers. */
export const RESTORE_CONTAINER = "restore";
export const MYSQL_CONTAINER = "mysqld";

/** How far a pod has come on its way to a running mysqld. */
export type PodState =
  /** Not scheduled, or an image or a volume is not there yet. */
  | { readonly kind: "waiting"; readonly seen: string }
  | { readonly kind: "restoring" }
  /** The restore refused, at `at` (ISO 8601). Kubernetes tries again, after a while. */
  | { readonly kind: "restore failed"; readonly seen: string; readonly at: string }
  /** mysqld was started; `restoreSeconds` is what the init container took. `end` is how mysqld has ended by itself. */
  | { readonly kind: "started"; readonly restoreSeconds: number; readonly seen: string; readonly end?: MysqldEnd };

/** A mysqld that has given up, at `at` (ISO 8601). Kubernetes starts it again, after a while. */
export interface MysqldEnd {
  readonly seen: string;
  readonly at: string;
}

/** Exit codes from here on mean that a signal ended the process: Kubernetes runs the container again, and so it goes on. */
const FIRST_SIGNAL_CODE = 129;

export function judgePod(pod: V1Pod | undefined): PodState {
  if (pod === undefined) return { kind: "waiting", seen: "there is no such pod yet" };
  const restore = pod.status?.initContainerStatuses?.find(({ name }) => name === RESTORE_CONTAINER);
  const mysqld = pod.status?.containerStatuses?.find(({ name }) => name === MYSQL_CONTAINER);
  const ended = restore?.state?.terminated;
  if (ended?.exitCode === 0 && mysqld !== undefined) {
    const restoreSeconds = secondsBetween(ended.startedAt, ended.finishedAt);
    const end = mysqldEnd(mysqld);
    return { kind: "started", restoreSeconds, seen: describeContainer(mysqld), ...(end === undefined ? {} : { end }) };
  }
  if (restore?.state?.running !== undefined) return { kind: "restoring" };
  const failure = ended ?? restore?.lastState?.terminated;
  if (failure !== undefined && failure.exitCode !== 0 && failure.exitCode < FIRST_SIGNAL_CODE) {
    const message = (failure.message ?? failure.reason ?? "").trim();
    const at = failure.finishedAt?.toISOString() ?? "";
    return { kind: "restore failed", seen: `the restore ended with exit code ${failure.exitCode}: ${message}`, at };
  }
  return { kind: "waiting", seen: describeWaiting(pod) };
}

function mysqldEnd({ state, lastState }: V1ContainerStatus): MysqldEnd | undefined {
  const ended = state?.terminated ?? lastState?.terminated;
  if (state?.running !== undefined || ended === undefined) return undefined;
  if (ended.exitCode === 0 || ended.exitCode >= FIRST_SIGNAL_CODE) return undefined;
  const message = errorLines(ended.message ?? ended.reason ?? "");
  return {
    seen: `mysqld ended with exit code ${ended.exitCode}: ${message}`,
    at: ended.finishedAt?.toISOString() ?? "",
  };
}

/** The errors among the last lines of a log, or all of them where none is marked so. */
function errorLines(log: string): string {
  const lines = log.trim().split("\n");
  const errors = lines.filter((line) => line.includes("[ERROR]"));
  return (errors.length > 0 ? errors : lines).slice(-5).join(" | ");
}

function describeWaiting(pod: V1Pod): string {
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = containers.filter(({ state }) => state?.waiting?.reason !== undefined).map(describeContainer);
  const unmet = (pod.status?.conditions ?? [])
    .filter(({ status, message }) => status === "False" && message !== undefined)
    .map(({ message }) => message);
  return [pod.status?.phase ?? "no phase", ...new Set([...waiting, ...unmet])].join("; ");
}

function describeContainer({ name, state, restartCount }: V1ContainerStatus): string {
  const restarts = restartCount === 0 ? "" : `, restarted ${restartCount} times`;
  if (state?.running !== undefined) return `container ${name} runs${restarts}`;
  const { reason, message } = state?.waiting ?? state?.terminated ?? {};
  return `container ${name}: ${[reason, message].filter((text) => text !== undefined).join(", ")}${restarts}`;
}

function secondsBetween(start: Date | undefined, end: Date | undefined): number {
  return start === undefined || end === undefined ? 0 : (end.getTime() - start.getTime()) / 1000;
}
