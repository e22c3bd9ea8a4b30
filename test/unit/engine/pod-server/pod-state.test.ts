import { describe, expect, it } from "vitest";
import { judgePod } from "../../../../engine/pod-server/pod-state.js";

type Pod = NonNullable<Parameters<typeof judgePod>[0]>;
type PodStatus = NonNullable<Pod["status"]>;
type ContainerState = NonNullable<NonNullable<PodStatus["containerStatuses"]>[number]["state"]>;

interface Containers {
  readonly restore?: ContainerState;
  readonly lastRestore?: ContainerState;
  readonly mysqld?: ContainerState;
  readonly lastMysqld?: ContainerState;
}

function pod({ restore, lastRestore, mysqld, lastMysqld }: Containers, status: Partial<PodStatus> = {}): Pod {
  const common = { image: "mysql", imageID: "", ready: false, restartCount: 0 };
  const init = restore && {
    ...common,
    name: "restore",
    state: restore,
    ...(lastRestore && { lastState: lastRestore }),
  };
  return {
    status: {
      phase: "Pending",
      ...(init && { initContainerStatuses: [init] }),
      ...(mysqld && {
        containerStatuses: [{ ...common, name: "mysqld", state: mysqld, ...(lastMysqld && { lastState: lastMysqld }) }],
      }),
      ...status,
    },
  };
}

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
const ended = (exitCode: number, message?: string): ContainerState => ({
  terminated: { exitCode, startedAt: at(1), finishedAt: at(31), ...(message === undefined ? {} : { message }) },
});
const backingOff: ContainerState = { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } };

describe("judgePod", () => {
  it("waits for a pod that is not there", () => {
    expect(judgePod(undefined)).toEqual({ kind: "waiting", seen: "there is no such pod yet" });
  });

  it("says why a pod is not scheduled", () => {
    const conditions = [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }];
    expect(judgePod(pod({}, { conditions }))).toEqual({ kind: "waiting", seen: "Pending; 0/1 nodes are available" });
  });

  it("says why a container cannot be made", () => {
    const waiting = { reason: "ErrImagePull", message: "no such image" };
    expect(judgePod(pod({ restore: { waiting } }))).toEqual({
      kind: "waiting",
      seen: "Pending; container restore: ErrImagePull, no such image",
    });
  });

  it("knows a restore that runs, again after a failure too", () => {
    const running = { running: { startedAt: at(1) } };
    expect(judgePod(pod({ restore: running }))).toEqual({ kind: "restoring" });
    expect(judgePod(pod({ restore: running, lastRestore: ended(1, "no manifest") }))).toEqual({ kind: "restoring" });
  });

  it.each([
    ["at once", { restore: ended(1, "no manifest") }],
    ["while Kubernetes waits with the next try", { restore: backingOff, lastRestore: ended(1, "no manifest") }],
  ])("tells a refusal by its message and time, %s", (_, containers) => {
    expect(judgePod(pod(containers))).toEqual({
      kind: "restore failed",
      seen: "the restore ended with exit code 1: no manifest",
      at: at(31).toISOString(),
    });
  });

  it.each([137, 143])("waits when a signal ended the restore: Kubernetes runs it again (exit code %i)", (exitCode) => {
    expect(judgePod(pod({ restore: backingOff, lastRestore: ended(exitCode) })).kind).toBe("waiting");
  });

  it("knows a mysqld that was started, and how long the restore took", () => {
    expect(judgePod(pod({ restore: ended(0), mysqld: { running: { startedAt: at(40) } } }))).toEqual({
      kind: "started",
      restoreSeconds: 30,
      seen: "container mysqld runs",
    });
    const log = "[System] starting\n[ERROR] [MY-013171] Cannot boot\n[ERROR] Aborting\n[System] complete";
    expect(judgePod(pod({ restore: ended(0), mysqld: backingOff, lastMysqld: ended(1, log) }))).toMatchObject({
      kind: "started",
      end: {
        seen: "mysqld ended with exit code 1: [ERROR] [MY-013171] Cannot boot | [ERROR] Aborting",
        at: at(31).toISOString(),
      },
    });
    expect(judgePod(pod({ restore: ended(0), mysqld: backingOff, lastMysqld: ended(137) }))).not.toHaveProperty("end");
    expect(judgePod(pod({ restore: ended(0), mysqld: backingOff }))).toMatchObject({
      kind: "started",
      seen: "container mysqld: CrashLoopBackOff, back-off 10s",
    });
  });
});
