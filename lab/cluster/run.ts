import { FerryError } from "@gtid-ferry/engine/operation";
import { runTool, type ToolOptions } from "../../toolchain/command.js";

/** Runs a program that must end with exit code 0; gives the last lines that it printed. */
export async function must(
  argv: readonly [string, ...string[]],
  options: Partial<ToolOptions> = {},
): Promise<readonly string[]> {
  const { exitCode, ended, lastLines } = await runTool(argv, { timeoutSeconds: 120, ...options });
  if (exitCode === 0) return lastLines;
  throw new FerryError({
    failed: argv.slice(0, 3).join(" "),
    where: "the cluster of the lab",
    seen: [ended, ...lastLines.slice(-8)].join("\n          "),
    wanted: "exit code 0",
    next: "mend what it names, then start the cluster again",
  });
}
