import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { FerryError } from "@gtid-ferry/engine/operation";
import { LAB_HOST } from "../defaults.js";

/** A TCP port that nobody listens on now, below the range that the kernel takes for outgoing connections. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if (await isPortFree(port)) return port;
  }
  throw new FerryError({
    failed: "finding a free port",
    where: LAB_HOST,
    seen: "100 random ports between 20000 and 31999 are taken",
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
