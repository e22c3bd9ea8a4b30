import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { FerryError } from "@gtid-ferry/engine/operation";
import { LAB_HOST } from "../defaults.js";

/** Below the range that the kernel takes for outgoing connections. */
const RANGE = { first: 20_000, count: 12_000 };
const PARTS = 16;
/** By this process: the port of a server that is down for a moment is not given to another one. */
const given = new Set<number>();

/** A TCP port that nobody listens on now, of a part of the range that test workers beside this one have no port of. */
export async function findFreePort(): Promise<number> {
  const count = RANGE.count / PARTS;
  const first = RANGE.first + (Number(process.env.VITEST_POOL_ID ?? 0) % PARTS) * count;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(first, first + count);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new FerryError({
    failed: "finding a free port",
    where: LAB_HOST,
    seen: `100 random ports between ${first} and ${first + count - 1} are taken`,
    wanted: "one that is free",
    next: "stop what listens there",
  });
}

export async function requireFreePort(port: number, purpose: string): Promise<void> {
  if (await isPortFree(port)) return;
  throw new FerryError({
    failed: `starting ${purpose}`,
    where: `${LAB_HOST}:${port}`,
    seen: "another process listens on that port",
    wanted: "a free port",
    next: `stop that process (ss -ltnp 'sport = :${port}' names it) or choose another port`,
  });
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((settle, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? settle(false) : reject(error),
    );
    probe.listen(port, LAB_HOST, () => probe.close(() => settle(true)));
  });
}
