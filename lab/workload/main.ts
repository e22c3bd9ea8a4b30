import { readFileSync } from "node:fs";
import { messageOf } from "@gtid-ferry/engine/operation";
import { z } from "zod";
import { Workload } from "./workload.js";

const optionsSchema = z.object({
  connection: z.object({ host: z.string(), port: z.number(), user: z.string(), password: z.string() }),
  connections: z.number().optional(),
  ratePerSecond: z.number().optional(),
  maximumSeconds: z.number().optional(),
  directory: z.string(),
});

/** A workload as a process: `main.ts OPTIONS.json`, until SIGTERM or its own time is over. */
async function main(): Promise<void> {
  const [optionsFile] = process.argv.slice(2);
  if (optionsFile === undefined) throw new Error("usage: main.ts OPTIONS.json");
  const { connections, ratePerSecond, maximumSeconds, ...required } = optionsSchema.parse(
    JSON.parse(readFileSync(optionsFile, "utf8")),
  );
  const workload = new Workload({
    ...required,
    ...(connections === undefined ? {} : { connections }),
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    ...(maximumSeconds === undefined ? {} : { maximumSeconds }),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void workload.stop());
  await workload.start();
  console.log(JSON.stringify(await workload.finished()));
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
