import { sep } from "node:path";
import { FerryError } from "@gtid-ferry/engine/operation";
import { findProgram } from "../../toolchain/find-program.js";
import type { ClusterLayout } from "./layout.js";

/** Of util-linux, iproute2 and openssl. */
const programs = ["unshare", "nsenter", "setsid", "mount", "ip", "openssl"] as const;

/** A FerryError where the cluster cannot run on this machine, before anything is made. */
export function requireMachine({ directory }: ClusterLayout): void {
  const refuse = (seen: string, wanted: string, next: string): never => {
    throw new FerryError({ failed: "starting a cluster", where: directory, seen, wanted, next });
  };
  if (process.platform !== "linux")
    refuse(`an operating system ${process.platform}`, "Linux", "use a machine with Linux");
  if (process.getuid?.() !== 0) {
    refuse("this process does not run as root", "root, for namespaces and mounts", "run it as root");
  }
  const missing = programs.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) {
    refuse(`no ${missing.join(", ")} on PATH`, programs.join(", "), `install ${missing.join(" and ")}, or add to PATH`);
  }
  // The cluster's processes see a copy of /var, on which containers cannot have their files.
  if (`${directory}${sep}`.startsWith("/var/"))
    refuse("a folder of /var", "a folder elsewhere", "give another directory");
}
