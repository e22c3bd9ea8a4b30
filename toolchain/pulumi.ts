import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { FerryError, messageOf, type Progress } from "@gtid-ferry/engine/operation";
import { runTool } from "./command.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";
import { buildPulumi, pulumiBuildStamp } from "./pulumi-build.js";
import { downloadPulumi, launchedBinDirectory } from "./pulumi-launcher.js";
import { judgePulumi } from "./pulumi-version.js";

export interface PulumiInstallation {
  /** Absolute path of the CLI. */
  readonly command: string;
  /** The folder that has the CLI; it belongs on PATH. */
  readonly binDirectory: string;
  /** Three numbers, e.g. "3.230.0". */
  readonly version: string;
}

/**
 * Finds the Pulumi CLI on PATH or among what an earlier call got; else gets it by the npm launcher, else builds it from
 * its Go modules. A FerryError that names what each way saw when all fail.
 */
export function ensurePulumi(progress: Progress): Promise<PulumiInstallation> {
  return withLock(join(paths.locks, "pulumi"), progress, async () => {
    const given = findProgram("pulumi");
    const seenOnPath = given === undefined ? { unusable: "no pulumi on PATH" } : await judge(given);
    if ("command" in seenOnPath) return seenOnPath;
    const launched = await existing(launchedBinDirectory);
    if (launched !== undefined) return launched;
    if (await (await pulumiBuildStamp()).isCurrent()) {
      const built = await existing(paths.bin);
      if (built !== undefined) return built;
    }
    if (given !== undefined) progress(`Pulumi: ${given} is not used: ${seenOnPath.unusable}`);
    return await getPulumi(seenOnPath.unusable, progress);
  });
}

async function getPulumi(seenOnPath: string, progress: Progress): Promise<PulumiInstallation> {
  const seenByLauncher = await downloadPulumi(progress);
  if (seenByLauncher === undefined) return await installedIn(launchedBinDirectory);
  progress(`Pulumi: the npm launcher got none: ${seenByLauncher}`);
  try {
    await buildPulumi(progress);
  } catch (error) {
    const seenByBuild = error instanceof FerryError ? error.problem.seen : messageOf(error);
    throw new FerryError(
      {
        failed: "getting the Pulumi CLI",
        where: "this machine",
        seen: `PATH: ${seenOnPath}; npm launcher: ${seenByLauncher}; Go modules: ${seenByBuild}`,
        wanted: "one of the three ways to give a CLI",
        next: "install the Pulumi CLI or Go, then run again",
      },
      { cause: error },
    );
  }
  return await installedIn(paths.bin);
}

async function installedIn(binDirectory: string): Promise<PulumiInstallation> {
  const judged = await judge(join(binDirectory, "pulumi"));
  if ("command" in judged) return judged;
  throw new FerryError({
    failed: "running the Pulumi CLI",
    where: binDirectory,
    seen: judged.unusable,
    wanted: "a CLI that prints its version",
    next: `remove ${binDirectory} and run again`,
  });
}

async function existing(binDirectory: string): Promise<PulumiInstallation | undefined> {
  const command = findProgram("pulumi", [binDirectory]);
  if (command === undefined) return undefined;
  const judged = await judge(command);
  return "command" in judged ? judged : undefined;
}

async function judge(command: string): Promise<PulumiInstallation | { readonly unusable: string }> {
  // The CLI looks for its language hosts beside itself, links followed, and then on PATH.
  const beside = [dirname(realpathSync(command)), dirname(command)];
  const host = findProgram("pulumi-language-nodejs", beside) ?? findProgram("pulumi-language-nodejs");
  if (host === undefined) return { unusable: "there is no pulumi-language-nodejs beside it or on PATH" };
  const { exitCode, ended, lastLines } = await runTool([command, "version"], {
    timeoutSeconds: 60,
    environment: { PULUMI_HOME: paths.pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (exitCode !== 0) return { unusable: `pulumi version: ${[ended, ...lastLines.slice(-2)].join(", ")}` };
  const judged = judgePulumi(lastLines);
  return "version" in judged ? { command, binDirectory: dirname(command), version: judged.version } : judged;
}
