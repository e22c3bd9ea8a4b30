import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FerryError, messageOf } from "@gtid-ferry/engine/operation";

const ROOT = "/sys/fs/cgroup";
const needed = ["cpu", "memory", "cpuset"] as const;

/** Makes the control group below which the kubelet has its pods, in version 2 or in each hierarchy of version 1. */
export async function makeControlGroup(name: string): Promise<void> {
  if (!isVersion2()) requireControllers();
  try {
    if (isVersion2()) await writeFile(join(ROOT, "cgroup.subtree_control"), "+cpu +cpuset +memory +pids");
    for (const hierarchy of hierarchies()) await mkdir(join(hierarchy, name), { recursive: true });
  } catch (error) {
    throw unusable(messageOf(error), error);
  }
}

/** Its processes must have ended. */
export async function removeControlGroup(name: string): Promise<void> {
  for (const hierarchy of hierarchies()) await removeGroups(join(hierarchy, name));
}

function isVersion2(): boolean {
  return existsSync(join(ROOT, "cgroup.controllers"));
}

function hierarchies(): readonly string[] {
  if (isVersion2()) return [ROOT];
  return readdirSync(ROOT)
    .map((name) => join(ROOT, name))
    .filter((path) => existsSync(join(path, "cgroup.procs")));
}

function requireControllers(): void {
  const missing = needed.filter((name) => !existsSync(join(ROOT, name, "tasks")));
  if (missing.length === 0) return;
  throw unusable(`no control group hierarchy of ${missing.join(", ")}`);
}

function unusable(seen: string, cause?: unknown): FerryError {
  return new FerryError(
    {
      failed: "making a control group",
      where: ROOT,
      seen,
      wanted: "control groups of version 2, or of version 1 with cpu, memory and cpuset, that root can make",
      next: `mount them below ${ROOT}, or use a machine that has them`,
    },
    { cause },
  );
}

async function removeGroups(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries.filter((found) => found.isDirectory())) await removeGroups(join(path, entry.name));
  // The kernel takes a moment to let go of a group after its last process.
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await rmdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || attempt >= 100) throw error;
      await sleep(50);
    }
  }
}
