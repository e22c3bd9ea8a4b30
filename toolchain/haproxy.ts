import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { addToDebianRoot, brokenRoot, ensureDebianRoot, loaderOf } from "./debian-root.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";
import { type WrapperTarget, writeWrappers } from "./program-wrapper.js";
import { formatVersion, isAtLeast, parseVersion } from "./version.js";

export interface HaproxyInstallation {
  /** Path of a wrapper that takes HAProxy's own options and becomes it. */
  readonly haproxy: string;
  /** Three numbers, e.g. "3.2.26". */
  readonly version: string;
}

/** 2.6.12 deadlocks when a frontend that holds connections is opened again. */
const OLDEST = { major: 2, minor: 8, patch: 0 };

/** Finds HAProxy on PATH, else in the Debian root directory. */
export function ensureHaproxy(progress: Progress): Promise<HaproxyInstallation> {
  return withLock(join(paths.locks, "debian-root"), progress, async () => {
    const given = findProgram("haproxy");
    const version = given === undefined ? undefined : await judge(given, progress);
    if (given === undefined || version === undefined) return fromDebianRoot(progress);
    return { ...(await install({ name: "haproxy", program: given })), version };
  });
}

async function judge(program: string, progress: Progress): Promise<string | undefined> {
  const version = await versionOf(program);
  if (version !== undefined && isAtLeast(version, OLDEST)) return formatVersion(version);
  const seen = version === undefined ? "its version is not understood" : `${formatVersion(version)} is too old`;
  progress(`HAProxy: ${program} is not used: ${seen}, wanted ${formatVersion(OLDEST)} or newer`);
  return undefined;
}

async function versionOf(program: string) {
  const { lastLines } = await runTool([program, "-v"], { timeoutSeconds: 30 });
  return parseVersion(lastLines.join(" "));
}

async function fromDebianRoot(progress: Progress): Promise<HaproxyInstallation> {
  const root = paths.mysqlRoot;
  await ensureDebianRoot(root, progress);
  const find = () => findProgram("haproxy", [join(root, "usr/sbin")]);
  if (find() === undefined) await addToDebianRoot(root, "haproxy", progress);
  const program = find();
  if (program === undefined) throw brokenRoot(root, "no haproxy");
  const installation = await install({ name: "haproxy", program, loader: await loaderOf(root) });
  const version = await versionOf(installation.haproxy);
  if (version === undefined) throw brokenRoot(root, "a haproxy that does not run");
  return { ...installation, version: formatVersion(version) };
}

async function install(target: WrapperTarget): Promise<Pick<HaproxyInstallation, "haproxy">> {
  await writeWrappers(paths.haproxyBin, [target]);
  return { haproxy: join(paths.haproxyBin, "haproxy") };
}
