import { formatBytes } from "../operation/index.js";
import type { JobStatus } from "./job-status.js";

/**
 * One line of progress: stage, how much of how much, rate and time left since `first`, the first report of this stage.
 * `title` says what the job does, e.g. `backup 2026-01-31`.
 */
export function describeProgress(title: string, first: JobStatus, now: JobStatus): string {
  const parts = [amountOf(now), ...rateOf(first, now)];
  if (now.compressedBytes !== null && now.compressedBytes !== now.doneBytes) {
    parts.push(`${formatBytes(now.compressedBytes)} compressed`);
  }
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? `${title}: ${now.stage}` : `${title}: ${now.stage} ${known.join(", ")}`;
}

function amountOf({ doneBytes, totalBytes }: JobStatus): string | undefined {
  if (doneBytes === null) return undefined;
  if (totalBytes === null || totalBytes === 0) return formatBytes(doneBytes);
  // The total is an estimate while a source goes on growing.
  const percent = Math.min(100, Math.floor((100 * doneBytes) / totalBytes));
  return `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} (${percent} %)`;
}

function rateOf(first: JobStatus, now: JobStatus): string[] {
  if (first.stage !== now.stage || now.doneBytes === null) return [];
  const seconds = (Date.parse(now.updatedAt) - Date.parse(first.updatedAt)) / 1000;
  const bytesPerSecond = (now.doneBytes - (first.doneBytes ?? 0)) / seconds;
  if (!(seconds > 0) || !(bytesPerSecond > 0)) return [];
  const rate = `${formatBytes(Math.round(bytesPerSecond))}/s`;
  if (now.totalBytes === null || now.totalBytes <= now.doneBytes) return [rate];
  return [rate, `${Math.ceil((now.totalBytes - now.doneBytes) / bytesPerSecond)} s left`];
}
