import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { FerryError, silent, waitUntil } from "@gtid-ferry/engine/operation";
import { lastLines } from "../last-lines.js";
import {
  type DetachedProgram,
  forgetProcess,
  identify,
  isRunning,
  killProcess,
  type ProcessIdentity,
  readProcess,
  startDetached,
  writeProcess,
} from "../process/index.js";
import type { ClusterLayout } from "./layout.js";
import { must } from "./run.js";

/**
 * Process, mount and network namespaces of a cluster, held by one process. The kernel ends all that is in them with that
 * process: containers, mounts, interfaces, packet filter rules. Nothing of them is seen outside.
 */
export interface Sandbox {
  /** The first process inside. */
  readonly init: ProcessIdentity;
  /** Words before a command that is to run inside. */
  readonly enter: readonly [string, ...string[]];
}

export function findSandbox({ directory }: ClusterLayout): Sandbox | undefined {
  const holder = readProcess(directory);
  if (holder === undefined || !isRunning(holder)) return undefined;
  const init = firstChild(holder.pid);
  return init === undefined || !isRunning(init) ? undefined : sandboxOf(init);
}

export async function openSandbox(layout: ClusterLayout): Promise<Sandbox> {
  await mkdir(layout.logs, { recursive: true });
  const logPath = join(layout.logs, "sandbox.log");
  const namespaces = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "slave"];
  const holder = await startDetached({
    // With SIGCHLD ignored the kernel reaps what ends inside and has no other parent.
    argv: ["unshare", ...namespaces, "sh", "-c", 'trap "" CHLD; exec sleep infinity'],
    workingDirectory: "/",
    logPath,
  });
  writeProcess(layout.directory, holder);
  const awaited = "namespaces of the cluster's own";
  const problem = { where: layout.directory, next: "use a machine where root may make namespaces" };
  const init = await waitUntil(
    { awaited, ...problem, timeoutSeconds: 20, intervalSeconds: 0.05, progress: silent },
    async () => {
      const child = firstChild(holder.pid);
      // It becomes `sleep` when everything before is done.
      if (child !== undefined && programOf(child.pid) === "sleep") return { done: child };
      if (isRunning(holder)) return { seen: "none yet" };
      const seen = `unshare ended; the end of ${logPath}:\n${await lastLines(logPath, 5)}`;
      throw new FerryError({ failed: "making namespaces", wanted: awaited, seen, ...problem });
    },
  );
  const sandbox = sandboxOf(init);
  await separateFiles(sandbox, layout);
  return sandbox;
}

/** Ends everything inside at once; none being there is success. */
export async function closeSandbox(layout: ClusterLayout): Promise<void> {
  const holder = readProcess(layout.directory);
  if (holder === undefined) return;
  const init = findSandbox(layout)?.init;
  await killProcess(holder);
  if (init !== undefined) {
    // The kernel lets it be gone only after everything else inside.
    const waiting = { awaited: "an end of the cluster's processes", where: layout.directory, next: "run again" };
    await waitUntil({ ...waiting, timeoutSeconds: 60, intervalSeconds: 0.05, progress: silent }, async () =>
      isRunning(init) ? { seen: `process ${init.pid} still runs` } : { done: undefined },
    );
  }
  forgetProcess(layout.directory);
}

/** Starts a program inside, detached and in a session of its own; what it becomes by `exec` keeps the identity. */
export async function startInside(
  { enter }: Sandbox,
  program: Omit<DetachedProgram, "workingDirectory">,
): Promise<ProcessIdentity> {
  const entrance = await startDetached({
    ...program,
    argv: [...enter, "setsid", ...program.argv],
    workingDirectory: "/",
  });
  const waiting = { awaited: `${program.argv[0]} running`, where: "the cluster", next: `read ${program.logPath}` };
  return await waitUntil({ ...waiting, timeoutSeconds: 20, intervalSeconds: 0.02, progress: silent }, async () => {
    const child = firstChild(entrance.pid);
    if (child !== undefined && !["nsenter", "setsid", undefined].includes(programOf(child.pid))) return { done: child };
    // One that is gone already is reported by whoever waits for it to work.
    return isRunning(entrance) ? { seen: "it is being started" } : { done: entrance };
  });
}

/** What the components write at fixed places outside of the cluster's directory must not land on this machine. */
async function separateFiles({ enter }: Sandbox, { var: upper }: ClusterLayout): Promise<void> {
  const work = `${upper}-work`;
  for (const folder of [upper, work]) await mkdir(folder, { recursive: true });
  await must([...enter, "mount", "-t", "tmpfs", "tmpfs", "/run"]);
  const overlay = `lowerdir=/var,upperdir=${upper},workdir=${work}`;
  await must([...enter, "mount", "-t", "overlay", "-o", overlay, "overlay", "/var"]);
  // Volumes of pods are mounted anew in the kubelet's folder and must be seen by containers.
  await must([...enter, "mount", "--make-rshared", "/"]);
}

function sandboxOf(init: ProcessIdentity): Sandbox {
  return { init, enter: ["nsenter", "--target", String(init.pid), "--net", "--pid", "--mount", "--"] };
}

function firstChild(pid: number): ProcessIdentity | undefined {
  const children = `/proc/${pid}/task/${pid}/children`;
  const first = existsSync(children) ? readFileSync(children, "utf8").trim().split(" ")[0] : undefined;
  return first === undefined || first === "" ? undefined : identify(Number(first));
}

function programOf(pid: number): string | undefined {
  const name = `/proc/${pid}/comm`;
  return existsSync(name) ? readFileSync(name, "utf8").trim() : undefined;
}
