import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { RuntimeApi } from "./runtime-api.js";

/**
 * A process of its own that ends a hold at the deadline, whatever became of the one that began it: `guard.js ORDER`. It
 * does nothing when another run has armed a guard since, or when the hold is over; it never changes where a route leads.
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

async function main(): Promise<void> {
  const order = orderSchema.parse(JSON.parse(process.argv[2] ?? ""));
  await sleep(order.seconds * 1000);
  if ((await readFile(order.tokenFile, "utf8")) !== order.token) return;
  const api = new RuntimeApi("HAProxy", order.socket, 5);
  await api.change(`set maxconn frontend ${order.frontend} ${order.limit}`);
}

main().catch(() => {
  // Nobody listens any more; the next run finds the hold and ends it.
  process.exitCode = 1;
});
