import { type NameParts, nameKey } from "@gtid-ferry/engine/mysql";
import {
  describeReport,
  parseObject,
  showObject,
  type TableResult,
  type VerificationReport,
} from "@gtid-ferry/engine/verify";
import type { DriftCase } from "../model.js";
import { ownerOf, tableOwner } from "../owners.js";
import type { RowDifference, RowTruth, Truth } from "./truth.js";

export interface Verdict {
  /** Planned and effective, and not found: a line each. */
  readonly missed: readonly string[];
  /** Found, and not planned, or not so: a line each. */
  readonly false: readonly string[];
  /** Undecided as they may be: they were altered meanwhile. */
  readonly undecided: readonly string[];
}

export interface Judged {
  readonly plan: DriftCase;
  readonly truth: Truth;
  readonly views: ReadonlySet<string>;
  readonly checks: ReadonlyMap<string, string>;
  readonly report: VerificationReport;
}

const LISTED = 100;

/** Holds what the comparison has found against what differs. */
export function judge(judged: Judged): Verdict {
  const found = judgeObjects(judged);
  const rows = judgeRows(judged, found.owners);
  return {
    missed: [...found.missed, ...rows.missed],
    false: [...found.false, ...rows.false, ...inconsistencies(judged.report)],
    undecided: [...found.undecided, ...rows.undecided],
  };
}

function judgeObjects({ plan, truth, views, checks, report }: Judged) {
  const altered = new Set(plan.load.altered);
  const ownerOfObject = (object: { kind: string; parts: NameParts }) =>
    ownerOf(object, views, (schema, name) => checks.get(nameKey([schema, name])));
  const owners = new Set<string>();
  const undecided: string[] = [];
  const wrong: string[] = [];
  const judgeOne = (owner: string, isUndecided: boolean, line: string) => {
    if (isUndecided) {
      if (altered.has(owner)) undecided.push(line);
      else wrong.push(`${line}: undecided, and nobody altered it`);
      if (altered.has(owner)) owners.add(owner);
    } else if (truth.definitions.has(owner)) owners.add(owner);
    else wrong.push(`${line}: nothing differs there`);
  };
  for (const object of report.objects) {
    judgeOne(
      ownerOfObject(object),
      object.verdict === "undecided",
      `${showObject(object)} (${object.verdict}: ${JSON.stringify(object.attributes).slice(0, 300)})`,
    );
  }
  for (const table of report.tables) {
    const { problem } = table;
    if (problem === undefined || problem.kind === "copies") continue;
    judgeOne(
      tableOwner(table),
      problem.kind === "undecided",
      `table ${nameKey([table.schema, table.table])}: ${JSON.stringify(problem)}`,
    );
  }
  const missed = [...truth.definitions].filter((owner) => !owners.has(owner)).map((owner) => `${owner}: differs`);
  return { owners, undecided, false: wrong, missed: [...missed, ...missedKinds(plan, truth, report, altered)] };
}

/** Where a change has an effect, one object of each kind that it was to change has to be named. */
function missedKinds(
  { changes }: DriftCase,
  truth: Truth,
  report: VerificationReport,
  altered: ReadonlySet<string>,
): string[] {
  const named = new Set(report.objects.map(({ kind, parts }) => nameKey([kind, ...parts])));
  return changes
    .filter(({ owners }) => owners.some((owner) => truth.definitions.has(owner) && !altered.has(owner)))
    .flatMap(({ kind, expected }) =>
      expected
        .filter((alternatives) => !alternatives.some((one) => named.has(nameKey([one.kind, ...one.parts]))))
        .map(
          (alternatives) =>
            `${kind}: ${alternatives.map((one) => nameKey([one.kind, ...one.parts])).join(" or ")} is not named`,
        ),
    );
}

function judgeRows({ plan, truth, report }: Judged, owners: ReadonlySet<string>): Verdict {
  const altered = new Set(plan.load.altered);
  const verdict = { missed: [] as string[], false: [] as string[], undecided: [] as string[] };
  const results = new Map(report.tables.map((result) => [tableOwner(result), result]));
  for (const [owner, rows] of truth.rows) {
    if (!isChosen(owner, plan.chosen) || results.has(owner)) continue;
    verdict.missed.push(`rows of ${owner}: ${describeTruth(rows)}; the table was not compared`);
  }
  for (const [owner, result] of results) {
    const what = `rows of ${owner}`;
    const isUndecided = result.undecided.length > 0 || result.problem?.kind === "undecided";
    if (isUndecided) {
      const line = `${what}: ${JSON.stringify(result.undecided)} ${JSON.stringify(result.problem)}`;
      if (!altered.has(owner)) verdict.false.push(`${line}: undecided, and nobody altered it`);
      else verdict.undecided.push(line);
      continue;
    }
    // Judged with the definitions: rows of another definition, or of one server alone, are not compared.
    if (result.problem !== undefined && result.problem.kind !== "copies") {
      if (!owners.has(owner) && truth.rows.has(owner)) verdict.missed.push(`${what}: not compared`);
      continue;
    }
    const expected = truth.rows.get(owner);
    const mistake = mistakeIn(result, expected);
    if (mistake === undefined) continue;
    const isMissed = expected !== undefined && result.differences < leastOf(expected);
    (isMissed ? verdict.missed : verdict.false).push(
      `${what}: ${mistake}; ${describeTruth(expected)}, found ${JSON.stringify({ ...result, listed: result.listed.slice(0, 5) })}`,
    );
  }
  return verdict;
}

/** Undefined where a table's result says what differs. */
function mistakeIn(result: TableResult, expected: RowTruth | undefined): string | undefined {
  const { differences, problem, listed, hasMore } = result;
  if (expected === undefined) return differences === 0 && problem === undefined ? undefined : "no row differs";
  if (expected.kind === "copies") {
    const isRight =
      problem?.kind === "copies" && problem.missing === expected.missing && problem.surplus === expected.surplus;
    return isRight ? undefined : "another number of copies";
  }
  if (problem !== undefined) return "its rows can be told apart";
  const isRight = Object.values(expected.byKey).some((rows) => !hasMore && isListed(rows, listed, differences));
  return isRight ? undefined : "other rows";
}

function isListed(expected: readonly RowDifference[], listed: TableResult["listed"], differences: number): boolean {
  if (differences !== expected.length || listed.length !== Math.min(LISTED, expected.length)) return false;
  const wanted = new Set(expected.map(({ key, verdict }) => `${verdict} ${key}`));
  return listed.every(({ value, verdict }) => wanted.delete(`${verdict} ${nameKey(value)}`));
}

function leastOf(truth: RowTruth): number {
  if (truth.kind === "copies") return truth.missing + truth.surplus;
  return Math.min(...Object.values(truth.byKey).map((rows) => rows.length));
}

function describeTruth(truth: RowTruth | undefined): string {
  if (truth === undefined) return "nothing differs";
  if (truth.kind === "copies") return `${truth.missing} missing, ${truth.surplus} surplus`;
  return Object.entries(truth.byKey)
    .map(([key, rows]) => `by ${key} ${rows.length}: ${JSON.stringify(rows.slice(0, 5))}`)
    .join("; ");
}

function isChosen(owner: string, chosen: readonly NameParts[] | undefined): boolean {
  if (chosen === undefined) return true;
  const [, schema, table] = JSON.parse(owner) as string[];
  return chosen.some(([inSchema, name]) => inSchema === schema && (name === undefined || name === table));
}

/** What a report says of itself has to follow from what it has found. */
function inconsistencies(report: VerificationReport): string[] {
  const isClean =
    report.objects.length === 0 &&
    report.tables.every(
      ({ differences, undecided, problem }) => differences === 0 && undecided.length === 0 && problem === undefined,
    );
  const [summary = "", ...lines] = describeReport(report);
  const findings = lines.filter((line) => !line.startsWith("note: "));
  const unreadable = report.objects.filter((object) => {
    const read = parseObject(showObject(object));
    return read.kind !== object.kind || nameKey(read.parts) !== nameKey(object.parts);
  });
  return [
    ...(report.equal === isClean ? [] : [`equal is ${report.equal}`]),
    ...(summary.startsWith("OK: ") === isClean ? [] : [summary]),
    ...(isClean === (findings.length === 0)
      ? []
      : [`${findings.length} findings in an ${isClean ? "equal" : "unequal"} report`]),
    ...unreadable.map((object) => `${showObject(object)} is not read back`),
  ];
}
