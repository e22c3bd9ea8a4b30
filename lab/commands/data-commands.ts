import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { FerryError } from "@gtid-ferry/engine/operation";
import type { Command } from "commander";
import { awaitCatchUp } from "../catch-up.js";
import { APPLICATION, LAB_HOST, SAMPLE_MEBIBYTES } from "../defaults.js";
import { targetConnection } from "../lab.js";
import { labPaths } from "../lab-paths.js";
import { fillSample, readSample } from "../sample-database/index.js";
import {
  checkLoss,
  listWorkloads,
  readSummary,
  startDetachedWorkload,
  stopWorkload,
  type WorkloadRun,
} from "../workload/index.js";
import { positive, sourceOrTarget } from "./arguments.js";
import { newestOf, runningSource } from "./find.js";
import { print, printJson, progress } from "./output.js";

export function addDataCommands(program: Command): void {
  program
    .command("sample")
    .description("the sample database, schema shop")
    .command("fill")
    .description("fill it on the running source")
    .option("--mebibytes <n>", "size of its data files, roughly", positive, SAMPLE_MEBIBYTES)
    .option("--seed <n>", "the same seed makes the same rows", positive, 1)
    .action(async (options: { mebibytes: number; seed: number }) => {
      await fillSample((await runningSource()).socket, options, progress);
    });

  const workload = program.command("workload").description("an application that writes, and what was promised to it");
  workload
    .command("start")
    .description("start writing to the source, in the background")
    .option("--connections <n>", "connections that write at the same time", positive, 8)
    .option("--rate <n>", "transactions per second of all together (default: as many as they can)", positive)
    .option("--seconds <n>", "stop by itself after this time", positive, 7200)
    .action(async (options: { connections: number; rate?: number; seconds: number }) => {
      const source = await runningSource();
      if ((await readSample(source.socket)) === undefined) {
        throw new FerryError({
          failed: "starting the workload",
          where: `source ${LAB_HOST}:${source.port}`,
          seen: "no complete sample database",
          wanted: "schema shop with data",
          next: "npm run lab -- sample fill",
        });
      }
      const run = await startDetachedWorkload(labPaths.workload, {
        connection: { host: LAB_HOST, port: source.port, ...APPLICATION },
        connections: options.connections,
        maximumSeconds: options.seconds,
        ...(options.rate === undefined ? {} : { ratePerSecond: options.rate }),
      });
      print(run.directory);
    });
  workload
    .command("stop")
    .description("stop all, and show the newest one's summary")
    .action(async () => {
      const runs = await listWorkloads(labPaths.workload);
      for (const run of runs.filter(({ running }) => running)) await stopWorkload(run);
      printJson(await readSummary(newestOf(runs)));
    });
  workload
    .command("status")
    .description("the newest one's summary, at most a second old")
    .action(async () => {
      const run = newestOf(await listWorkloads(labPaths.workload));
      printJson({ ...run, summary: await readSummary(run) });
    });
  workload
    .command("check")
    .description("prove that each acknowledged write of the newest workload exists exactly once; exit code 1 if not")
    .option("--server <which>", "source or target", sourceOrTarget, "source")
    .action(async (options: { server: "source" | "target" }) => {
      const run = newestOf(await listWorkloads(labPaths.workload));
      const connection: ConnectionOptions =
        options.server === "target" ? await caughtUpTarget(run) : (await runningSource()).administrator();
      const report = await checkLoss(run.acknowledgedLog, connection);
      printJson(report);
      if (report.lost + report.duplicated + report.phantom > 0) process.exitCode = 1;
    });
}

/** A replica is behind its source by nature: what has not arrived yet must not count as lost. */
async function caughtUpTarget(run: WorkloadRun): Promise<ConnectionOptions> {
  const target = targetConnection();
  const where = `target ${LAB_HOST}:${target.port}`;
  if (run.running) {
    throw new FerryError({
      failed: "checking the target",
      where,
      seen: "the workload still writes",
      wanted: "an end of the writing, so that the target can have everything",
      next: "npm run lab -- workload stop",
    });
  }
  await awaitCatchUp((await runningSource()).administrator(), target);
  return target;
}
