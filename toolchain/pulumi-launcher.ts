import { join } from "node:path";
import type { Progress } from "@gtid-ferry/engine/operation";
import { runTool, throttled } from "./command.js";
import { paths } from "./paths.js";

/** Oldest release of the npm package that is at least as new as the SDK in package.json. */
const launcherVersion = "3.250.0";

/** Where the launcher puts the CLI and its language hosts. */
export const launchedBinDirectory = join(paths.pulumiHome, "versions", launcherVersion, "bin");

/** Lets the npm package `pulumi` download the CLI; undefined when that went well, else what was seen. */
export async function downloadPulumi(progress: Progress): Promise<string | undefined> {
  progress(`Pulumi: trying the npm launcher pulumi@${launcherVersion}`);
  const logPath = join(paths.logs, "pulumi-launcher.log");
  const flags = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  const installed = await runTool(
    ["npm", "install", ...flags, "--prefix", paths.pulumiLauncher, `pulumi@${launcherVersion}`],
    { timeoutSeconds: 120, logPath },
  );
  if (installed.exitCode !== 0) return ["npm install:", installed.ended, ...installed.lastLines.slice(-2)].join(" ");
  const launched = await runTool(
    [process.execPath, join(paths.pulumiLauncher, "node_modules", "pulumi", "run.js"), "version"],
    {
      timeoutSeconds: 300,
      environment: { PULUMI_HOME: paths.pulumiHome, PULUMI_VERSION: launcherVersion, PULUMI_SKIP_UPDATE_CHECK: "true" },
      logPath,
      onLine: throttled((line) => progress(`Pulumi: ${line}`), 5),
    },
  );
  return launched.exitCode === 0 ? undefined : [launched.ended, ...launched.lastLines.slice(-2)].join(", ");
}
