import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { installDebianPackages } from "./debian-packages.js";
import { ensureDebianRoot } from "./debian-root.js";
import { unpackDebianPackages } from "./debian-unpack.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";

/** Absolute paths of what runs containers on one node, and of the store behind its API server. */
export interface ContainerRuntime {
  /** Has containerd, its shim, ctr and etcd. */
  readonly binDirectory: string;
  readonly cniDirectory: string;
  /** A static busybox. */
  readonly busybox: string;
  readonly runc: string;
  /** The folder that has nft, which kube-proxy looks for on PATH. */
  readonly nftDirectory: string;
}

const unpacked = ["containerd", "etcd-server", "containernetworking-plugins", "busybox-static"] as const;

/**
 * Unpacks containerd and etcd from Debian packages, and installs runc and nft where this machine has none: both would
 * need a newer C library or more libraries. Needs root.
 */
export function ensureContainerRuntime(progress: Progress): Promise<ContainerRuntime> {
  return withLock(join(paths.locks, "debian-root"), progress, async () => {
    const target = paths.containerRuntime;
    if (!existsSync(target)) {
      await ensureDebianRoot(paths.mysqlRoot, progress);
      await unpackDebianPackages(paths.mysqlRoot, unpacked, target, progress);
    }
    await requireWorking(join(target, "usr/bin"));
    const [runc, nft] = await ensureSystemPrograms(progress);
    return {
      binDirectory: join(target, "usr/bin"),
      cniDirectory: join(target, "usr/lib/cni"),
      busybox: join(target, "usr/bin/busybox"),
      runc,
      nftDirectory: dirname(nft),
    };
  });
}

/** The suite moves on: some day its programs may need a newer C library than this machine's. */
async function requireWorking(binDirectory: string): Promise<void> {
  for (const name of ["containerd", "etcd"]) {
    const { exitCode, ended, lastLines } = await runTool([join(binDirectory, name), "--version"], {
      timeoutSeconds: 30,
    });
    if (exitCode === 0) continue;
    throw new FerryError({
      failed: `running ${name} --version`,
      where: binDirectory,
      seen: [ended, ...lastLines.slice(-3)].join("\n          "),
      wanted: "a program that this machine can run",
      next: "use a machine with the C library of Debian 12 or newer",
    });
  }
}

async function ensureSystemPrograms(progress: Progress): Promise<[runc: string, nft: string]> {
  const missing = [...(find("runc") ? [] : ["runc"]), ...(find("nft") ? [] : ["nftables"])];
  if (missing.length > 0) {
    await installDebianPackages(missing, join(paths.logs, "container-runtime.log"), progress);
  }
  return [required("runc"), required("nft")];
}

// A user's PATH may lack the folder where Debian puts both.
function find(name: string): string | undefined {
  return findProgram(name) ?? findProgram(name, ["/usr/sbin"]);
}

function required(name: string): string {
  const program = find(name);
  if (program !== undefined) return program;
  throw new FerryError({
    failed: `finding ${name}`,
    where: "this machine",
    seen: `no ${name} on PATH or in /usr/sbin`,
    wanted: `${name}, just installed`,
    next: `install ${name} with this machine's package manager, then run again`,
  });
}
