import { mkdir, rename, writeFile } from "node:fs/promises";
import { messageOf, type Progress } from "@gtid-ferry/engine/operation";
import { environmentFileText, type IsolatedEnvironment, isolatedEnvironment } from "./environment.js";
import { ensureHaproxy, type HaproxyInstallation } from "./haproxy.js";
import { ensureMysql, type MysqlInstallation } from "./mysql.js";
import { paths } from "./paths.js";
import { ensurePulumi, type PulumiInstallation } from "./pulumi.js";
import { ensurePythonTools, type PythonTools } from "./python.js";

export interface Toolchain {
  readonly haproxy: HaproxyInstallation;
  readonly mysql: MysqlInstallation;
  readonly pulumi: PulumiInstallation;
  readonly python: PythonTools;
  readonly environment: IsolatedEnvironment;
}

/**
 * Gets every program that the project runs, where it is missing (one to five minutes at first, then well below a
 * second), and writes `.ferry/env`. When several cannot be had, an AggregateError holds one error for each.
 */
export async function ensureToolchain(progress: Progress): Promise<Toolchain> {
  const [{ mysql, haproxy }, pulumi, python] = await allOrEveryError([
    ensureServers(progress),
    ensurePulumi(progress),
    ensurePythonTools(progress),
  ]);
  const environment = isolatedEnvironment(paths, pulumi.binDirectory);
  // A file:// backend must exist before its first use.
  await mkdir(paths.pulumiBackend, { recursive: true });
  await writeFile(`${paths.environmentFile}.new`, environmentFileText(environment), { mode: 0o600 });
  await rename(`${paths.environmentFile}.new`, paths.environmentFile);
  return { haproxy, mysql, pulumi, python, environment };
}

/** One after the other: both may come from the same root directory. */
async function ensureServers(progress: Progress): Promise<Pick<Toolchain, "mysql" | "haproxy">> {
  return { mysql: await ensureMysql(progress), haproxy: await ensureHaproxy(progress) };
}

async function allOrEveryError<T extends readonly Promise<unknown>[]>(
  promises: readonly [...T],
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const errors = (await Promise.allSettled(promises)).flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join("\n"));
  return await Promise.all(promises);
}
