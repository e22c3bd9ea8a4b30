import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FailoverRequest, FailoverStep } from "@gtid-ferry/engine/failover";
import type { HeldOrder } from "./held-failover.js";

const LOOK_MILLISECONDS = 50;

/** Lets a failover begin in a process of its own, and kills it at the beginning of a step. */
export async function killFailoverAt(step: FailoverStep, request: FailoverRequest): Promise<void> {
  const { child, exited } = begin({ request, holdAt: step });
  const said = String(await Promise.race([once(child.stdout, "data"), exited]));
  child.kill("SIGKILL");
  await exited;
  if (said.trim() !== "held") throw new Error(`the failover did not come to ${step}: ${said}`);
}

/** The same as soon as `hasCome` sees on the servers how far it is. */
export async function killFailoverWhen(hasCome: () => Promise<boolean>, request: FailoverRequest): Promise<void> {
  const { child, exited } = begin({ request });
  while (child.exitCode === null && !(await hasCome())) await sleep(LOOK_MILLISECONDS);
  const isAtWork = child.exitCode === null;
  child.kill("SIGKILL");
  await exited;
  if (!isAtWork) throw new Error("the failover ended before it could be killed");
}

function begin(order: HeldOrder) {
  const program = join(__dirname, "held-failover.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  child.stdin.end(JSON.stringify(order));
  return { child, exited };
}
