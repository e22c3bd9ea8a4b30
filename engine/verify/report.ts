import type { TableResult } from "./checkpoint.js";
import type { ObjectDifference } from "./compare-objects.js";

/** What a comparison of two servers found. */
export interface VerificationReport {
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly sourceUuid: string;
  readonly targetUuid: string;
  /** Every compared table. */
  readonly tables: readonly TableResult[];
  /** Compared rows, and their tables' bytes as the source estimates them. */
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

/** First the total, then one line a finding, then the notes. */
export function describeReport(report: VerificationReport): string[] {
  const total = `${report.tables.length} tables with ${report.rows.toLocaleString("en")} rows compared in ${report.seconds.toFixed(1)} s`;
  const notes = report.notes.map((note) => `note: ${note}`);
  if (report.equal) return [`${total}: equal, and so is everything beside rows`, ...notes];
  return [
    total,
    ...report.tables.filter((table) => !isSameTable(table)).flatMap(describeTable),
    ...report.objects.map(describeObject),
    ...notes,
  ];
}

function isSameTable({ differences, undecided, problem }: TableResult): boolean {
  return differences === 0 && undecided.length === 0 && problem === undefined;
}

function describeTable(result: TableResult): string[] {
  const name = `${result.schema}.${result.table}`;
  const more = result.differences - result.listed.length;
  return [
    ...(result.problem === undefined ? [] : [`${name}: ${result.problem}`]),
    ...result.listed.map(({ key, verdict }) => `${name} ${key}: ${WORDS[verdict]}`),
    ...(result.problem === undefined && more > 0 ? [`${name}: ${more} more rows differ`] : []),
    ...(result.problem === undefined ? result.undecided.map((key) => `${name} ${key}: changed at every look`) : []),
  ];
}

const WORDS: Readonly<Record<TableResult["listed"][number]["verdict"], string>> = {
  missing: "missing on the target",
  surplus: "only on the target",
  different: "differs",
};

function describeObject({ name, source, target }: ObjectDifference): string {
  if (target === undefined) return `${name}: missing on the target`;
  if (source === undefined) return `${name}: only on the target: ${target}`;
  return `${name}: on the source ${source}, on the target ${target}`;
}
