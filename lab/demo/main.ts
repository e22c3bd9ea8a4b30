import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseManifest } from "@gtid-ferry/engine/backup";
import { MysqlServer, readServerFacts } from "@gtid-ferry/engine/mysql";
import { FerryError, messageOf } from "@gtid-ferry/engine/operation";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { shellEnvironment } from "../../toolchain/environment.js";
import { paths } from "../../toolchain/paths.js";
import { ensureToolchain } from "../../toolchain/toolchain.js";
import { awaitCatchUp } from "../catch-up.js";
import { APPLICATION, CHANNEL } from "../defaults.js";
import { type Lab, startLab, targetConnection } from "../lab.js";
import { labPaths } from "../lab-paths.js";
import { ensureStack, type PulumiProject, runPulumi, stackOutputs } from "../pulumi.js";
import { checkLoss, startDetachedWorkload, stopWorkload, type WorkloadRun } from "../workload/index.js";
import { MemorySampler, migrationKind } from "./memory-sampler.js";
import { demoReport, faultsOf, renderReport } from "./report.js";

interface DemoOptions {
  readonly report?: string;
  readonly mebibytes?: number;
  readonly connections: number;
  readonly rate: number;
  readonly seconds: number;
}

const startedAt = Date.now();

/** One line on the terminal, with the seconds since the start. */
function say(line: string): void {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}

async function demo(options: DemoOptions): Promise<void> {
  const memory = new MemorySampler(migrationKind);
  const toolchain = await ensureToolchain(say);
  const lab = await startLab({
    progress: say,
    ...(options.mebibytes === undefined ? {} : { mebibytes: options.mebibytes }),
  });
  const project: PulumiProject = {
    directory: paths.projectRoot,
    stack: "dev",
    backend: paths.pulumiBackend,
    environment: shellEnvironment(process.env, toolchain.environment),
  };
  await ensureStack(project, say);
  const workload = await startWorkload(lab, options);
  try {
    await migrate(project);
    say(`the write load goes on for ${options.seconds} s`);
    await sleep(options.seconds * 1000);
    const measured = await measure(lab, project, workload);
    const report = demoReport({
      ...measured,
      memory: memory.stop(),
      totalSeconds: (Date.now() - startedAt) / 1000,
    });
    console.log(`\n${renderReport(report)}\n`);
    if (options.report !== undefined) await writeReport(options.report, report);
    refuseFaults(faultsOf(report));
  } finally {
    await stopWorkload(workload);
  }
  say("servers and replication go on. To look around: source .ferry/env; to stop them: npm run demo:stop");
}

async function startWorkload(lab: Lab, { connections, rate }: DemoOptions): Promise<WorkloadRun> {
  const { host, port } = lab.source.administrator();
  const connection = { host, port, ...APPLICATION };
  const run = await startDetachedWorkload(labPaths.workload, { connection, connections, ratePerSecond: rate });
  say(`${connections} connections write to the source; every acknowledged write is noted in ${run.acknowledgedLog}`);
  return run;
}

async function migrate(project: PulumiProject): Promise<void> {
  say(`pulumi up --refresh --yes --stack ${project.stack}`);
  const { exitCode } = await runPulumi(project, ["up", "--refresh", "--yes"], say);
  if (exitCode !== 0) throw new Error(`pulumi up ended with exit code ${exitCode}; its messages are above`);
}

const outputsSchema = z.object({ backup: z.unknown(), restoreSeconds: z.number() });

async function measure(lab: Lab, project: PulumiProject, workload: WorkloadRun) {
  const source = lab.source.administrator();
  const target = targetConnection();
  const outputs = outputsSchema.parse(await stackOutputs(project));
  const underLoad = await reportChannel(source, target, CHANNEL);
  const summary = await stopWorkload(workload);
  if (summary === undefined) throw new Error("the write load left no summary");
  say("the write load has ended; waiting for the target to have everything");
  const afterLoad = await awaitCatchUp(source, target);
  say("looking up every acknowledged write on both servers");
  return {
    source: await MysqlServer.with(source, "source", readServerFacts),
    target: await MysqlServer.with(target, "target", readServerFacts),
    manifest: parseManifest(JSON.stringify(outputs.backup)),
    restoreSeconds: outputs.restoreSeconds,
    underLoad,
    afterLoad,
    workload: summary,
    loss: [await checkLoss(workload.acknowledgedLog, source), await checkLoss(workload.acknowledgedLog, target)],
  };
}

async function writeReport(file: string, report: unknown): Promise<void> {
  const path = resolve(file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  say(`report: ${path}`);
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new FerryError({
    failed: "the demo's migration",
    where: "stack dev",
    seen: faults.join("; "),
    wanted: "every acknowledged write exactly once on both servers, and nothing else on the target",
    next: "keep .ferry/lab as it is and look at both servers (source .ferry/env)",
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("wanted a number above 0");
  return value;
}

const program = new Command("npm run demo --")
  .description("Migrates a real MySQL database under write load on this machine, and proves that nothing was lost.")
  .option("--report <file>", "write what was measured to this file, as JSON")
  .option("--mebibytes <size>", "size of the sample database (default: any that is there, else 300)", positive)
  .option("--connections <count>", "connections of the write load", positive, 8)
  .option("--rate <count>", "transactions per second of the write load", positive, 200)
  .option("--seconds <count>", "how long the write load goes on after the migration", positive, 10)
  .action(demo);

program.parseAsync().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
