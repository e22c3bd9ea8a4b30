import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { readIfThere } from "./read-if-there.js";
import { RuntimeApi } from "./runtime-api.js";
import { isHeld, parseStatistics } from "./statistics.js";

/**
 * A process of its own that ends a hold at the deadline, whatever became of the one that began it: `guard.js ORDER`. It
 * prints a line once it is ready. It does nothing when another run has armed a guard since, or when the hold is over; it
 * never changes where a route leads.
 */
const orderSchema = z.object({
  socket: z.string(),
  frontend: z.string(),
  limit: z.number(),
  seconds: z.number(),
  tokenFile: z.string(),
  token: z.string(),
});

export type GuardOrder = z.infer<typeof orderSchema>;

const ATTEMPTS = 60;
const TIMEOUT_SECONDS = 5;

async function main(): Promise<void> {
  const order = orderSchema.parse(JSON.parse(process.argv[2] ?? ""));
  process.stdout.write("ready\n");
  await sleep(order.seconds * 1000);
  for (let attempt = 1; (await readIfThere(order.tokenFile)) === order.token; attempt += 1) {
    try {
      await release(order);
      await rm(order.tokenFile, { force: true });
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(1000);
    }
  }
}

async function release({ socket, frontend, limit }: GuardOrder): Promise<void> {
  const api = new RuntimeApi("HAProxy", socket, TIMEOUT_SECONDS);
  if (isHeld(parseStatistics(await api.run("show stat")), frontend)) {
    await api.change(`set maxconn frontend ${frontend} ${limit}`);
  }
}

main().catch(() => {
  // Nobody listens any more; the next run finds the hold and ends it.
  process.exitCode = 1;
});
