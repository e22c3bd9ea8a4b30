import { FerryError, type Progress } from "../operation/index.js";
import { type EndConnections, withEnds } from "../replication/index.js";
import { otherSide } from "../topology/index.js";
import { describeReport, type VerificationReport } from "./report.js";
import type { VerificationRequest } from "./request.js";
import { verifyData } from "./verify-data.js";

/** The two servers of a migration and what of them is compared. */
export interface MigrationVerification
  extends EndConnections,
    Omit<VerificationRequest, "source" | "target" | "tables"> {}

/** What is remembered of a comparison that found nothing. */
export interface VerificationSummary
  extends Pick<VerificationReport, "startedAt" | "seconds" | "sourceUuid" | "targetUuid" | "rows" | "bytes"> {
  readonly tables: number;
}

const LISTED_FINDINGS = 20;

/** Compares everything from the primary, whichever that is, with the other server; a difference is an error. */
export async function ensureVerified(request: MigrationVerification, progress: Progress): Promise<VerificationSummary> {
  const side = await withEnds(request, async (ends) => ends.side);
  const { source: _source, target: _target, ...options } = request;
  const [source, target] = [request[side].connection, request[otherSide(side)].connection];
  const report = await verifyData({ ...options, source, target }, progress);
  const [total = "", ...findings] = describeReport(report);
  for (const line of [total, ...(report.equal ? findings : [])]) progress(line);
  if (!report.equal) throw differenceError(`${source.host}:${source.port} and ${target.host}:${target.port}`, findings);
  const { startedAt, seconds, sourceUuid, targetUuid, rows, bytes, tables } = report;
  return { startedAt, seconds, sourceUuid, targetUuid, rows, bytes, tables: tables.length };
}

function differenceError(where: string, findings: readonly string[]): FerryError {
  const more = findings.length - LISTED_FINDINGS;
  return new FerryError({
    failed: "verifying the data",
    where,
    seen: [...findings.slice(0, LISTED_FINDINGS), ...(more > 0 ? [`${more} more`] : [])].join("\n          "),
    wanted: "the same rows and definitions on both servers",
    next: "see all of it with `ferry verify`; restore the target again from a new backup (gtid-ferry:backupTrigger), or name what may differ in gtid-ferry:verificationIgnoredObjects",
  });
}
