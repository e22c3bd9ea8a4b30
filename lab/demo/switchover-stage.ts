import { setTimeout as sleep } from "node:timers/promises";
import { otherSide } from "@gtid-ferry/engine/topology";
import { z } from "zod";
import { awaitCatchUp } from "../catch-up.js";
import { type Lab, targetConnection } from "../lab.js";
import { stackOutputs } from "../pulumi.js";
import { checkLoss, stopWorkload } from "../workload/index.js";
import { type LoadOptions, startLoad } from "./load.js";
import type { DemoStack } from "./stack.js";
import type { DemoTimeline } from "./timeline.js";

/** One switchover under write load, as the servers and as the application saw it. */
export interface SwitchoverStage {
  readonly primary: "source" | "target";
  readonly pauseMilliseconds: {
    /** From the request to fence to the new primary open for writes. */
    readonly server: number;
    /** Longest time between two acknowledged COMMITs of the whole application. */
    readonly client: number;
  };
  readonly attempts: number;
  readonly acknowledged: number;
  /** Of this stage's writes, the worse of both servers. */
  readonly lost: number;
  readonly duplicated: number;
  /** Errors that the application got and answered by trying again, by code. */
  readonly failedClientStatements: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly step: string; readonly milliseconds: number }[];
}

const BEFORE_SECONDS = 3;
const AFTER_SECONDS = 3;

const outputsSchema = z.object({
  primary: z.enum(["source", "target"]),
  lastSwitchover: z.object({
    pauseMilliseconds: z.number(),
    attempts: z.number(),
    steps: z.array(z.object({ step: z.string(), milliseconds: z.number() })),
  }),
});

/** Moves the primary role while the application writes through HAProxy, and looks up every write on both servers. */
export async function switchUnderLoad(
  lab: Lab,
  stack: DemoStack,
  phase: "cutover" | "replicate",
  load: LoadOptions,
  { say, mark }: DemoTimeline,
): Promise<SwitchoverStage> {
  mark(phase === "cutover" ? "cutover begins, under write load" : "rollback begins, under write load");
  const run = await startLoad(load, say);
  try {
    await sleep(BEFORE_SECONDS * 1000);
    await stack.up(phase);
    await sleep(AFTER_SECONDS * 1000);
  } finally {
    await stopWorkload(run);
  }
  const summary = await stopWorkload(run);
  if (summary === undefined) throw new Error("the write load left no summary");
  const { primary, lastSwitchover } = outputsSchema.parse(await stackOutputs(stack.project));
  const servers = { source: lab.source.administrator(), target: targetConnection() };
  await awaitCatchUp(servers[primary], servers[otherSide(primary)]);
  const loss = [
    await checkLoss(run.acknowledgedLog, servers.source),
    await checkLoss(run.acknowledgedLog, servers.target),
  ];
  const stage = {
    primary,
    pauseMilliseconds: { server: lastSwitchover.pauseMilliseconds, client: summary.longestGapSeconds * 1000 },
    attempts: lastSwitchover.attempts,
    acknowledged: summary.acknowledged,
    lost: Math.max(...loss.map(({ lost }) => lost)),
    duplicated: Math.max(...loss.map(({ duplicated }) => duplicated)),
    failedClientStatements: summary.errors,
    steps: lastSwitchover.steps,
  };
  mark(
    `the ${primary} is the primary: writes paused ${stage.pauseMilliseconds.server.toFixed(0)} ms on the servers, ${stage.pauseMilliseconds.client.toFixed(0)} ms for the application; ${stage.acknowledged} writes, lost ${stage.lost}`,
  );
  return stage;
}
