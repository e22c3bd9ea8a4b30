import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startHttpServer, stopHttpServer } from "../http-server.js";
import { VaultClient } from "./client.js";

export interface VaultOptions {
  /** Holds the root token, the process record and the log; what is stored is in memory and gone when the process is. */
  readonly directory: string;
  /** Address to listen on, without TLS: one that only this machine reaches. @default 127.0.0.1 */
  readonly host?: string;
  /** @default a free port */
  readonly port?: number;
}

/** Starts a Vault without any mounts of its own, or finds it running in that directory; gives its root. */
export async function startVault(vaultDevServer: string, options: VaultOptions): Promise<VaultClient> {
  const tokenPath = join(options.directory, "root-token");
  const address = await startHttpServer({
    title: "Vault",
    ...options,
    argv: (host, port) => [vaultDevServer, `${host}:${port}`, tokenPath],
    logPath: join(options.directory, "vault.log"),
    healthPath: "/v1/sys/health",
    startTimeoutSeconds: 60,
  });
  return new VaultClient(address, await readFile(tokenPath, "utf8"));
}

/** Nothing running there is success. */
export function stopVault(directory: string): Promise<void> {
  return stopHttpServer(directory);
}
