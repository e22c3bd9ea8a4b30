import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { FailoverRequest, FailoverStep } from "@gtid-ferry/engine/failover";

/** Lets a failover begin in a process of its own, and kills it at the beginning of a step. */
export async function killFailoverAt(step: FailoverStep, request: FailoverRequest): Promise<void> {
  const program = join(__dirname, "held-failover.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  child.stdin.end(JSON.stringify({ request, holdAt: step }));
  const said = String(await Promise.race([once(child.stdout, "data"), exited]));
  child.kill("SIGKILL");
  await exited;
  if (said.trim() !== "held") throw new Error(`the failover did not come to ${step}: ${said}`);
}
