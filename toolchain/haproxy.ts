import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { addToDebianRoot, brokenRoot, ensureDebianRoot, loaderOf } from "./debian-root.js";
import { findProgram } from "./find-program.js";
import { judgeHaproxy } from "./haproxy-version.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";
import { type WrapperTarget, writeWrappers } from "./program-wrapper.js";

export interface HaproxyInstallation {
  /** Path of a wrapper that takes HAProxy's own options and becomes it. */
  readonly haproxy: string;
  /** Three numbers, e.g. "3.2.26". */
  readonly version: string;
}

/** Finds HAProxy in HAPROXY_HOME, then on PATH, else in the Debian root directory. A FerryError when all fail. */
export function ensureHaproxy(progress: Progress): Promise<HaproxyInstallation> {
  return withLock(join(paths.locks, "debian-root"), progress, async () => {
    const { target, version } = (await givenByUser(progress)) ?? (await fromDebianRoot(progress));
    await writeWrappers(paths.haproxyBin, [target]);
    return { haproxy: wrapper, version };
  });
}

interface Found {
  readonly target: WrapperTarget;
  readonly version: string;
}

const wrapper = join(paths.haproxyBin, "haproxy");

async function givenByUser(progress: Progress): Promise<Found | undefined> {
  const home = process.env.HAPROXY_HOME;
  if (home !== undefined && home !== "") {
    const program = findProgram("haproxy", [join(home, "sbin"), join(home, "bin"), home]);
    if (program === undefined) progress(`HAProxy: HAPROXY_HOME ${home} is not used: it has no sbin/haproxy`);
    const found = program === undefined ? undefined : await judgeProgram(program, progress);
    if (found !== undefined) return found;
  }
  const onPath = findProgram("haproxy");
  return onPath === undefined ? undefined : await judgeProgram(onPath, progress);
}

async function judgeProgram(program: string, progress: Progress): Promise<Found | undefined> {
  const judged = judgeHaproxy(await versionText(program));
  if ("version" in judged) return { target: { name: "haproxy", program }, version: judged.version };
  progress(`HAProxy: ${program} is not used: ${judged.unusable}`);
  return undefined;
}

async function fromDebianRoot(progress: Progress): Promise<Found> {
  const root = paths.mysqlRoot;
  await ensureDebianRoot(root, progress);
  const find = () => findProgram("haproxy", [join(root, "usr/sbin")]);
  if (find() === undefined) await addToDebianRoot(root, "haproxy", progress);
  const program = find();
  if (program === undefined) throw brokenRoot(root, "no haproxy");
  const target = { name: "haproxy", program, loader: await loaderOf(root) };
  await writeWrappers(paths.haproxyBin, [target]);
  const judged = judgeHaproxy(await versionText(wrapper));
  if ("unusable" in judged) throw brokenRoot(root, judged.unusable);
  return { target, version: judged.version };
}

async function versionText(program: string): Promise<string> {
  const { exitCode, ended, lastLines } = await runTool([program, "-v"], { timeoutSeconds: 30 });
  return exitCode === 0 ? lastLines.join("\n") : `-v: ${[ended, ...lastLines.slice(-2)].join(", ")}`;
}
