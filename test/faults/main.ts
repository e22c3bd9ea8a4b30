import { writeFile } from "node:fs/promises";
import { messageOf } from "@gtid-ferry/engine/operation";
import { otherSide, type Side } from "@gtid-ferry/engine/topology";
import { Command } from "commander";
import { Arena } from "./arena.js";
import { FAULTS } from "./faults.js";
import { isRoot, runWithPrivateMounts } from "./private-mounts.js";
import { type CaseResult, converge, runCase } from "./run-case.js";
import { renderTable } from "./table.js";

/** Runs the matrix of faults and steps on real servers; ends with 1 when anything was violated. */
async function main({ only, report }: { only?: readonly string[]; report?: string }): Promise<void> {
  const exitCode = await runWithPrivateMounts();
  if (exitCode !== undefined) {
    process.exitCode = exitCode;
    return;
  }
  const results: CaseResult[] = [];
  const faults = FAULTS.filter((fault) => isRoot || fault.needsSmallDisk !== true);
  if (!isRoot) console.log("without root: no fault that needs a disk of its own to fill");
  const cases = faults
    .flatMap((fault) => fault.steps.map((step) => ({ fault, step })))
    .filter(({ fault, step }) => only?.some((text) => `${fault.name} at ${step}`.includes(text)) ?? true);
  let arena = await Arena.start({ withSmallDisk: isRoot });
  let from: Side = "source";
  try {
    for (const { fault, step } of cases) {
      if (fault.towardsTargetOnly === true && from === "target") {
        await converge(arena, "source");
        from = "source";
      }
      const result = await runCase(arena, fault, step, from);
      results.push(result);
      const { outcome, pauseMilliseconds, violations, seconds, message } = result;
      console.log(
        `${results.length}/${cases.length}  ${fault.name} at ${step}: ${outcome}, ${pauseMilliseconds} ms, ${seconds} s`,
      );
      for (const violation of violations) console.log(`  ! ${violation}\n    ${message.replaceAll("\n", "\n    ")}`);
      from = otherSide(from);
      if (violations.length === 0) continue;
      // What it left behind must not be held against the next case.
      await arena.stop();
      arena = await Arena.start({ withSmallDisk: isRoot });
      from = "source";
    }
  } finally {
    // What was found so far counts, whatever broke the run off.
    console.log(`\n${renderTable(results)}`);
    if (report !== undefined) await writeFile(report, `${JSON.stringify(results, undefined, 2)}\n`);
    await arena.stop();
  }
  if (results.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
}

const program = new Command("npm run test:faults --")
  .description("Moves the primary role with a fault at each step, on real servers and under write load.")
  .option("--only <texts...>", 'cases whose name has one of these texts, e.g. "at fence" "SIGKILL at commit"')
  .option("--report <file>", "write all results to this file, as JSON")
  .action(main);

program.parseAsync().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
