import { readFileSync } from "node:fs";
import { type Step, switchover } from "@gtid-ferry/engine/cutover";

/**
 * A switchover in a process of its own, to be killed at a step: `switchover-driver.ts REQUEST.json STEP`. It prints that
 * it has reached the step and then goes no further.
 */
async function main(): Promise<void> {
  const [requestFile = "", stopAt = ""] = process.argv.slice(2);
  const reach = async (step: Step) => {
    if (step !== stopAt) return;
    console.log(`reached ${step}`);
    await new Promise(() => setInterval(() => undefined, 1_000));
  };
  await switchover(JSON.parse(readFileSync(requestFile, "utf8")), [], console.log, reach);
  console.log("done");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
