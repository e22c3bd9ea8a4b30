import { showTable } from "../mysql/index.js";
import type { TableResult } from "./checkpoint.js";
import type { ComparedServer } from "./compared-server.js";
import { describeObject } from "./describe-object.js";
import { describeProblem } from "./describe-problem.js";
import type { ObjectDifference } from "./objects/compare-objects.js";

/** What a comparison of two servers found. */
export interface VerificationReport {
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly primary: ComparedServer;
  /** The server that replicates from it. */
  readonly replica: ComparedServer;
  /** Whether schema objects, accounts and grants were compared too. */
  readonly scope: "everything" | "rows";
  /** Whether no table was left out by name. */
  readonly isWhole: boolean;
  /** Every compared table. */
  readonly tables: readonly TableResult[];
  /** Compared rows, and their tables' bytes as the primary estimates them. */
  readonly rows: number;
  readonly bytes: number;
  readonly objects: readonly ObjectDifference[];
  /** What is worth knowing and no difference. */
  readonly notes: readonly string[];
  /** Whether everything is the same on both servers, and nothing was left undecided. */
  readonly equal: boolean;
}

export function isEqual(tables: readonly TableResult[], objects: readonly ObjectDifference[]): boolean {
  return objects.length === 0 && tables.every(isSameTable);
}

export function isSameTable({ differences, undecided, problem }: TableResult): boolean {
  return differences === 0 && undecided.length === 0 && problem === undefined;
}

export type Verdict = "OK" | "DIFFERENT" | "UNDECIDED";

/** `UNDECIDED` where nothing is known to differ, and something could not be compared. */
export function verdictOf({ equal, tables, objects }: VerificationReport): Verdict {
  if (equal) return "OK";
  return tables.some(isDifferentTable) || objects.some(isDifferentObject) ? "DIFFERENT" : "UNDECIDED";
}

function isDifferentTable({ differences, problem }: TableResult): boolean {
  return differences > 0 || (problem !== undefined && problem.kind !== "undecided");
}

function isDifferentObject({ verdict }: ObjectDifference): boolean {
  return verdict !== "undecided";
}

/** One line: the verdict, and how much of what. */
export function summarize(report: VerificationReport): string {
  const { tables, rows, objects, scope, seconds } = report;
  const compared = `${count(rows, "row")} in ${count(tables.length, "table")}`;
  const time = `${seconds.toFixed(1)} s`;
  if (report.equal) {
    const what = scope === "rows" ? "match" : "and all schema objects, accounts and grants match";
    return `OK: ${compared} ${what} (${time})`;
  }
  const different = tables.filter(isDifferentTable);
  const differing = objects.filter(isDifferentObject);
  const undecided =
    tables.filter(({ undecided, problem }) => undecided.length > 0 || problem?.kind === "undecided").length +
    (objects.length - differing.length);
  const parts = [
    ...(different.length === 0 ? [] : [differingTables(different, tables.length)]),
    ...(differing.length === 0
      ? []
      : [count(differing.length, "schema object, account or grant", "schema objects, accounts or grants")]),
    ...(undecided === 0 ? [] : [`${undecided} undecided`]),
  ];
  return `${verdictOf(report)}: ${parts.join(", ")} (${compared} compared, ${time})`;
}

function differingTables(different: readonly TableResult[], all: number): string {
  const rows = different.reduce((sum, { differences }) => sum + differences, 0);
  const more = different.some(({ hasMore }) => hasMore) ? "more than " : "";
  return `${rows === 0 ? "" : `${more}${count(rows, "row")} in `}${different.length} of ${count(all, "table")}`;
}

/** What was found, a line each, tables first; empty when the servers are the same. */
export function describeFindings(report: VerificationReport): string[] {
  return [
    ...report.tables.filter((table) => !isSameTable(table)).flatMap((table) => describeTable(table, report)),
    ...report.objects.flatMap((object) => describeObject(object, report)),
  ];
}

/** The summary, at most `most` findings with the number of those left out, then the notes. */
export function describeReport(report: VerificationReport, most = Number.POSITIVE_INFINITY): string[] {
  const findings = describeFindings(report);
  const more = findings.length - most;
  return [
    summarize(report),
    ...findings.slice(0, most),
    ...(more > 0 ? [`... and ${count(more, "more finding")}; --json has all of them`] : []),
    ...report.notes.map((note) => `note: ${note}`),
  ];
}

function describeTable(result: TableResult, { replica }: VerificationReport): string[] {
  const name = showTable(result);
  const more = result.differences - result.listed.length;
  const rest = `${result.hasMore ? "at least " : ""}${count(more, "more row")} ${more === 1 ? "differs" : "differ"}`;
  const words = { missing: `missing on ${replica.name}`, surplus: `only on ${replica.name}`, different: "differs" };
  return [
    ...(result.problem === undefined ? [] : [`${name}: ${describeProblem(result.problem, replica.name)}`]),
    ...result.listed.map(({ key, verdict }) => `${name} ${key}: ${words[verdict]}`),
    ...(result.problem === undefined && more > 0 ? [`${name}: ${rest}`] : []),
    ...result.undecided.map(({ what, why }) => `${name} ${what}: undecided: ${why}`),
  ];
}

/** `1 row`, `1,200 rows`. */
function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
