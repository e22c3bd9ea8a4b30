import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { messageOf } from "@gtid-ferry/engine/operation";
import { type SwitchoverStep, switchover } from "@gtid-ferry/engine/switchover";
import { withRoutes } from "@gtid-ferry/engine/traffic";
import type { DriverEnd, DriverOrder } from "./driver-process.js";

/**
 * A switchover in a process of its own: `driver.ts ORDER.json`. It prints `step NAME` at the beginning of each step, waits
 * for a line on its standard input at the one that it is to be held at, and ends with `end {...}`. Progress goes to stderr.
 */
async function main(): Promise<void> {
  const order: DriverOrder = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
  const input = createInterface({ input: process.stdin });
  let isHeld = false;
  const listener = async (step: SwitchoverStep) => {
    const released = new Promise((resolve) => input.once("line", resolve));
    console.log(`step ${step}`);
    if (step !== order.holdAt || isHeld) return;
    isHeld = true;
    await released;
  };
  const progress = (line: string) => console.error(line);
  const end: DriverEnd = await withRoutes(order.routes, progress, (routes) =>
    switchover(order.request, routes, progress, listener),
  ).then(
    ({ primary, report }) => ({ succeeded: true, message: `the ${primary} is the primary`, report }),
    (error: unknown) => ({ succeeded: false, message: messageOf(error) }),
  );
  console.log(`end ${JSON.stringify(end)}`);
  process.stdin.destroy();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
