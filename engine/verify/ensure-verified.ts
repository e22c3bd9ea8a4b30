import { addressOf } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import { type MigrationConnections, withEnds } from "../replication/index.js";
import { otherSide } from "../topology/index.js";
import { describeFindings, summarize, type VerificationReport } from "./report.js";
import type { VerificationRequest } from "./request.js";
import { verifyData } from "./verify-data.js";

/** The two servers of a migration and what of them is compared. */
export interface MigrationVerification
  extends MigrationConnections,
    Omit<VerificationRequest, "primary" | "replica" | "tables"> {
  /** How the target is restored from a new backup on this platform: what a person has to run. */
  readonly reprovision: string;
}

/** What is remembered of a comparison that found nothing. */
export interface VerificationSummary extends Pick<VerificationReport, "startedAt" | "seconds" | "rows" | "bytes"> {
  readonly primaryUuid: string;
  readonly replicaUuid: string;
  readonly tables: number;
}

const LISTED_FINDINGS = 20;

/** Compares everything from the primary, whichever that is, with the other server; a difference is an error. */
export async function ensureVerified(request: MigrationVerification, progress: Progress): Promise<VerificationSummary> {
  const { side, primary: nameOfPrimary } = await withEnds(request, async (ends) => ends);
  if (side === undefined) throw elsewhereError(nameOfPrimary);
  const { source: _source, target: _target, replicas: _replicas, reprovision, ...options } = request;
  const [primary, replica] = [side, otherSide(side)].map((name) => ({
    name,
    connection: request[name].connection,
  })) as [VerificationRequest["primary"], VerificationRequest["replica"]];
  const report = await verifyData({ ...options, primary, replica }, progress);
  for (const line of [summarize(report), ...report.notes.map((note) => `note: ${note}`)]) progress(line);
  if (!report.equal) throw differenceError(report, `${nameOf(primary)} and ${nameOf(replica)}`, reprovision);
  const { startedAt, seconds, rows, bytes, tables } = report;
  const uuids = { primaryUuid: report.primary.uuid, replicaUuid: report.replica.uuid };
  return { startedAt, seconds, ...uuids, rows, bytes, tables: tables.length };
}

function elsewhereError(primary: string): FerryError {
  return new FerryError({
    failed: "verifying the data",
    where: "source and target",
    seen: `${primary} is the primary`,
    wanted: "the source or the target as the primary, to compare it with the other one",
    next: "compare it by hand: `ferry verify --source ... --target ...`; or give the role back by `ferry switchover`",
  });
}

function nameOf({ name, connection }: VerificationRequest["primary"]): string {
  return `${name} ${addressOf(connection)}`;
}

function differenceError(report: VerificationReport, where: string, reprovision: string): FerryError {
  const findings = describeFindings(report);
  const more = findings.length - LISTED_FINDINGS;
  return new FerryError({
    failed: "verifying the data",
    where,
    seen: [
      summarize(report),
      ...findings.slice(0, LISTED_FINDINGS),
      ...(more > 0 ? [`... and ${more} more; \`ferry verify\` lists all of them`] : []),
    ].join("\n          "),
    wanted: "the same rows, schema objects, accounts and grants on both servers",
    next: repairs(report, reprovision).join("\n          "),
  });
}

/** For each kind of finding what removes it, the least invasive first. */
export function repairs({ tables, objects, primary, replica }: VerificationReport, reprovision: string): string[] {
  const hasRows = tables.some(({ listed }) => listed.length > 0);
  const isUndecided =
    tables.some(({ undecided, problem }) => undecided.length > 0 || problem?.kind === "undecided") ||
    objects.some(({ verdict }) => verdict === "undecided");
  const hasOthers =
    objects.some(({ verdict }) => verdict !== "undecided") ||
    tables.some(({ problem }) => problem !== undefined && problem.kind !== "undecided");
  return [
    ...(hasRows
      ? [`rows: \`ferry verify --repair\` syncs them from ${primary.name} to ${replica.name} through replication`]
      : []),
    ...(hasOthers
      ? [
          `definitions, accounts, whole tables: make them on ${replica.name} what they are on ${primary.name}, in a session with sql_log_bin = 0 and super_read_only off meanwhile; or name what may differ in gtid-ferry:verificationIgnoredObjects`,
        ]
      : []),
    ...(isUndecided ? ["undecided: run again when there is less DDL, or after removing the reason that is named"] : []),
    ...(replica.name === "target" && (hasRows || hasOthers) ? [`everything at once: ${reprovision}`] : []),
  ];
}
