import type { Manifest } from "@gtid-ferry/engine/backup";
import type { ServerFacts } from "@gtid-ferry/engine/mysql";
import type { ChannelReport } from "@gtid-ferry/engine/replication";
import type { LossReport, WorkloadSummary } from "../workload/index.js";
import type { PeakMemory } from "./memory-sampler.js";
import type { SwitchoverStage } from "./switchover-stage.js";

export interface ServerReport {
  readonly version: string;
  readonly uuid: string;
  readonly gtidExecuted: string;
}

/** What one run of the demo measured; nothing in it is assumed. */
export interface DemoReport {
  readonly source: ServerReport;
  readonly target: ServerReport;
  readonly backup: {
    readonly method: string;
    /** Of the object in S3. */
    readonly bytes: number;
    readonly seconds: number;
    /** Uncompressed data per second, from start to manifest. */
    readonly mebibytesPerSecond: number;
    readonly manifest: Manifest;
  };
  readonly restore: { readonly seconds: number };
  readonly replication: {
    readonly connected: boolean;
    readonly applying: boolean;
    /** While the write load was still running. */
    readonly lagSeconds: number | null;
    /** After the write load has ended and the target has caught up. */
    readonly missing: string;
    readonly errant: string;
  };
  readonly workload: {
    readonly connections: number;
    readonly seconds: number;
    readonly acknowledged: number;
    readonly errors: Readonly<Record<string, number>>;
    readonly longestGapSeconds: number;
    /** The worse of source and target. */
    readonly lost: number;
    readonly duplicated: number;
  };
  /** One for each switchover, in their order. */
  readonly cutover: readonly SwitchoverStage[];
  readonly timeline: readonly { readonly seconds: number; readonly event: string }[];
  readonly peakResidentMebibytes: PeakMemory;
  readonly totalSeconds: number;
}

export interface Measured {
  readonly source: ServerFacts;
  readonly target: ServerFacts;
  readonly manifest: Manifest;
  readonly restoreSeconds: number;
  readonly underLoad: ChannelReport;
  readonly afterLoad: ChannelReport;
  readonly workload: WorkloadSummary;
  readonly loss: readonly LossReport[];
  readonly cutover: DemoReport["cutover"];
  readonly timeline: DemoReport["timeline"];
  readonly memory: PeakMemory;
  readonly totalSeconds: number;
}

const MEBIBYTE = 1024 * 1024;

export function demoReport(measured: Measured): DemoReport {
  const { manifest, workload, loss, underLoad, afterLoad } = measured;
  const backupSeconds = (Date.parse(manifest.endedAt) - Date.parse(manifest.startedAt)) / 1000;
  return {
    source: serverReport(measured.source),
    target: serverReport(measured.target),
    backup: {
      method: manifest.method,
      bytes: manifest.bytes,
      seconds: backupSeconds,
      mebibytesPerSecond: manifest.uncompressedBytes / MEBIBYTE / backupSeconds,
      manifest,
    },
    restore: { seconds: measured.restoreSeconds },
    replication: {
      connected: afterLoad.connected,
      applying: afterLoad.applying,
      lagSeconds: underLoad.seconds,
      missing: afterLoad.missing,
      errant: afterLoad.errant,
    },
    workload: {
      connections: workload.connections,
      seconds: workload.seconds,
      acknowledged: workload.acknowledged,
      errors: workload.errors,
      longestGapSeconds: workload.longestGapSeconds,
      lost: Math.max(...loss.map(({ lost }) => lost)),
      duplicated: Math.max(...loss.map(({ duplicated }) => duplicated)),
    },
    cutover: measured.cutover,
    timeline: measured.timeline,
    peakResidentMebibytes: measured.memory,
    totalSeconds: measured.totalSeconds,
  };
}

/** What a migration without loss looks like in the report; the names of what is otherwise. */
export function faultsOf({ replication, workload, cutover }: DemoReport): string[] {
  const wanted = {
    "the channel is not connected": replication.connected,
    "the channel does not apply": replication.applying,
    [`missing on the target: ${replication.missing}`]: replication.missing === "",
    [`errant on the target: ${replication.errant}`]: replication.errant === "",
    [`${workload.lost} acknowledged writes lost`]: workload.lost === 0,
    [`${workload.duplicated} acknowledged writes duplicated`]: workload.duplicated === 0,
    "the write load acknowledged nothing": workload.acknowledged > 0,
  };
  const faults = Object.entries(wanted).flatMap(([fault, isFine]) => (isFine ? [] : [fault]));
  const lossy = cutover.filter(({ lost, duplicated }) => lost + duplicated > 0);
  return [
    ...faults,
    ...lossy.map(
      ({ primary, lost, duplicated }) => `switchover to the ${primary}: lost ${lost}, duplicated ${duplicated}`,
    ),
  ];
}

function serverReport({ version, serverUuid, gtidExecuted }: ServerFacts): ServerReport {
  return { version: version.text, uuid: serverUuid, gtidExecuted };
}

/** The report for people. */
export function renderReport(report: DemoReport): string {
  const { source, target, backup, replication, workload } = report;
  const memory = Object.entries(report.peakResidentMebibytes).map(([kind, mebibytes]) => `${kind} ${mebibytes}`);
  return [
    `source       MySQL ${source.version}, ${source.uuid}`,
    `target       MySQL ${target.version}, ${target.uuid}`,
    `backup       ${backup.method}, ${(backup.bytes / MEBIBYTE).toFixed(1)} MiB in S3, ${backup.seconds.toFixed(1)} s, ${backup.mebibytesPerSecond.toFixed(1)} MiB/s of data`,
    `restore      ${report.restore.seconds.toFixed(1)} s`,
    `replication  ${replication.connected && replication.applying ? "running" : "NOT RUNNING"}, lag under load ${replication.lagSeconds === null ? "unknown" : `${replication.lagSeconds.toFixed(3)} s`}, missing ${replication.missing || "none"}, errant ${replication.errant || "none"}`,
    `write load   ${workload.connections} connections, ${workload.seconds.toFixed(0)} s, ${workload.acknowledged} acknowledged writes, lost ${workload.lost}, duplicated ${workload.duplicated}`,
    ...report.cutover.map(renderSwitchover),
    `peak memory  MiB: ${memory.join(", ")}`,
    `total        ${report.totalSeconds.toFixed(1)} s`,
    "",
    "timeline",
    ...report.timeline.map(({ seconds, event }) => `${seconds.toFixed(1).padStart(7)} s  ${event}`),
  ].join("\n");
}

function renderSwitchover(stage: SwitchoverStage): string {
  const { pauseMilliseconds, attempts, lost, duplicated } = stage;
  const errors = Object.entries(stage.failedClientStatements).map(([code, count]) => `${code} ${count}`);
  const inside = stage.steps.filter(({ step }) => INSIDE_THE_PAUSE.has(step));
  const steps = inside.map(({ step, milliseconds }) => `${step} ${milliseconds.toFixed(1)}`);
  return [
    `to ${stage.primary.padEnd(9)} pause ${pauseMilliseconds.server.toFixed(1)} ms on the servers, ${pauseMilliseconds.client.toFixed(0)} ms for the application, ${attempts} attempt${attempts === 1 ? "" : "s"}, lost ${lost}, duplicated ${duplicated}`,
    `             steps in ms: ${steps.join(", ")}; tried again by the application: ${errors.join(", ") || "nothing"}`,
  ].join("\n");
}

const INSIDE_THE_PAUSE = new Set(["fence", "cut", "catch-up", "disarm", "commit", "lead"]);
