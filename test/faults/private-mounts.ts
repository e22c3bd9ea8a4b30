import { spawn } from "node:child_process";
import { once } from "node:events";

const MARK = "GTID_FERRY_PRIVATE_MOUNTS";

export const isRoot = process.getuid?.() === 0;

/**
 * Runs this very program once more where what it mounts is seen by nobody else, and is gone with it however it ends: a
 * mount that is left could not be swept away. Gives its exit code, undefined when this is that run already, or nobody's
 * who may mount.
 */
export async function runWithPrivateMounts(): Promise<number | undefined> {
  if (!isRoot || process.env[MARK] !== undefined) return undefined;
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn("unshare", ["--mount", ...again], { stdio: "inherit", env: { ...process.env, [MARK]: "1" } });
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => child.kill(signal));
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : 1;
}
