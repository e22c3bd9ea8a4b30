import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { ensureGoPrograms, type GoBuild } from "./go-build.js";
import { paths } from "./paths.js";

export interface VaultInstallation {
  /** Absolute path; its arguments stand in toolchain/vault/main.go. */
  readonly vaultDevServer: string;
}

const build: GoBuild = {
  title: "Vault",
  module: "vault",
  packages: ["gtid-ferry/vault-dev-server"],
  binDirectory: paths.vaultBin,
  otherWay: "install Go",
};

/** Builds a Vault that keeps everything in memory, where that was not done yet: some minutes. Needs Go. */
export async function ensureVault(progress: Progress): Promise<VaultInstallation> {
  await ensureGoPrograms(build, progress);
  return { vaultDevServer: join(paths.vaultBin, "vault-dev-server") };
}
