import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseManifest } from "@gtid-ferry/engine/backup";
import { MysqlServer, readServerFacts } from "@gtid-ferry/engine/mysql";
import { FerryError, messageOf } from "@gtid-ferry/engine/operation";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { ensureToolchain } from "../../toolchain/toolchain.js";
import { awaitCatchUp } from "../catch-up.js";
import { CHANNEL } from "../defaults.js";
import { type Lab, startLab, targetConnection } from "../lab.js";
import { type PulumiProject, stackOutputs } from "../pulumi.js";
import { checkLoss, stopWorkload, type WorkloadRun } from "../workload/index.js";
import { beginAnew } from "./begin-anew.js";
import { type LoadOptions, startLoad } from "./load.js";
import { MemorySampler, migrationKind } from "./memory-sampler.js";
import { demoReport, faultsOf, renderReport } from "./report.js";
import { DemoStack, type Phase } from "./stack.js";
import { type SwitchoverStage, switchUnderLoad } from "./switchover-stage.js";
import { DemoTimeline } from "./timeline.js";

interface DemoOptions extends LoadOptions {
  readonly report?: string;
  readonly mebibytes?: number;
  readonly seconds: number;
  readonly until: Phase;
}

const timeline = new DemoTimeline();
const { say, mark } = timeline;

async function demo(options: DemoOptions): Promise<void> {
  const memory = new MemorySampler(migrationKind);
  const toolchain = await ensureToolchain(say);
  const lab = await startLab({
    progress: say,
    ...(options.mebibytes === undefined ? {} : { mebibytes: options.mebibytes }),
  });
  const stack = await DemoStack.open(toolchain, say);
  await beginAnew(lab, stack, say);
  const replicated = await replicate(lab, stack, options);
  const cutover = options.until === "replicate" ? [] : await switchThereAndBack(lab, stack, options);
  if (options.until === "finalize") await finalize(stack, options);
  const report = demoReport({
    ...replicated,
    cutover,
    timeline: timeline.events,
    memory: memory.stop(),
    totalSeconds: timeline.seconds,
  });
  console.log(`\n${renderReport(report)}\n`);
  if (options.report !== undefined) await writeReport(options.report, report);
  refuseFaults(faultsOf(report));
  say("the servers go on. To look around: source .ferry/env; to stop them: npm run demo:stop");
}

/** From an untouched source to a target that replicates, while the application writes. */
async function replicate(lab: Lab, stack: DemoStack, options: DemoOptions) {
  mark("migration begins, under write load");
  const workload = await startLoad(options, say);
  try {
    await stack.up("replicate");
    mark("the target replicates");
    say(`the write load goes on for ${options.seconds} s`);
    await sleep(options.seconds * 1000);
    return await measure(lab, stack.project, workload);
  } finally {
    await stopWorkload(workload);
  }
}

async function switchThereAndBack(lab: Lab, stack: DemoStack, options: DemoOptions): Promise<SwitchoverStage[]> {
  const stages: SwitchoverStage[] = [];
  for (const phase of ["cutover", "replicate", "cutover"] as const) {
    stages.push(await switchUnderLoad(lab, stack, phase, options, timeline));
  }
  return stages;
}

/** Gives up the rollback, and sees that the application goes on with the new database. */
async function finalize(stack: DemoStack, options: DemoOptions): Promise<void> {
  const workload = await startLoad(options, say);
  try {
    await stack.up("finalize");
  } finally {
    await stopWorkload(workload);
  }
  const loss = await checkLoss(workload.acknowledgedLog, targetConnection());
  refuseFaults(loss.lost + loss.duplicated > 0 ? [`after finalize: ${JSON.stringify(loss)}`] : []);
  mark(`finalized: the new database stands alone, ${loss.acknowledged} more writes, lost ${loss.lost}`);
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
  .addOption(
    new Option("--until <phase>", "where to stop, to go on by hand")
      .choices(["replicate", "cutover", "finalize"])
      .default("finalize"),
  )
  .option("--seconds <count>", "how long the write load goes on after the migration", positive, 10)
  .action(demo);

program.parseAsync().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
