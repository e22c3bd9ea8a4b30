import { seriesFor } from "../engine/backup/host-check/xtrabackup-series.js";
import {
  dataObstacle,
  isAtLeast,
  OLDEST_SUPPORTED_VERSION,
  parseVersion,
  redoLogObstacle,
  replicationObstacle,
  type ServerVersion,
  seriesOf,
} from "../engine/mysql/index.js";
import { UPGRADES } from "../test/program/helpers/upgrades.js";
import { markdownTable, withGeneratedPart } from "./generated-part.js";

/** Where the matrix belongs; the path is from the project's root. */
export const REQUIREMENTS_DOCUMENT = "docs/reference/requirements-and-limitations.md";

const METHODS = ["clone", "xtrabackup"] as const;
type Method = (typeof METHODS)[number];

/** One release of each kind that a source can be of. */
const SOURCES = ["5.7.44", "8.0.25", "8.0.26", "8.0.36", "8.4.6", "9.6.0", "9.7.4", "26.7.0", "10.11.6-MariaDB"];
const TARGETS = ["8.0.43", "8.4.6", "9.7.4", "26.7.0"];

/** The series that the tests have servers of. */
const REAL = "9.7";

/** The document with its matrix as the code has it now. */
export function withRequirements(document: string): string {
  return withGeneratedPart(document, "matrix", matrix());
}

function matrix(): string {
  const rows = SOURCES.flatMap((source) => {
    const [from, refused] = [parseVersion(source), refusedSource(parseVersion(source))];
    if (refused !== undefined) return [[source, "any", ...METHODS.map(() => `refused: ${refused}`)]];
    const isPossible = (to: ServerVersion) => replicationObstacle(from, to) === undefined;
    const possible = TARGETS.map(parseVersion).filter((to) => isPossible(to) && dataObstacle(from, to) === undefined);
    const others = TARGETS.filter((target) => !possible.some(({ text }) => text === target));
    return [
      ...possible.map((to) => [source, to.text, ...METHODS.map((method) => support(from, to, method))]),
      ...(others.length === 0 ? [] : [[source, others.join(", "), ...METHODS.map(() => "refused")]]),
    ];
  });
  return markdownTable(["source", "target", ...METHODS], rows);
}

function refusedSource(source: ServerVersion): string | undefined {
  if (source.isMariaDb) return "MariaDB has other GTIDs";
  return isAtLeast(source, OLDEST_SUPPORTED_VERSION) ? undefined : `older than ${OLDEST_SUPPORTED_VERSION}`;
}

/** How far it is proven that a pair can be migrated by a method. */
function support(from: ServerVersion, to: ServerVersion, method: Method): string {
  if (method === "xtrabackup") {
    const series = seriesFor(from.text);
    if (series === undefined) return "refused: there is no XtraBackup for it";
    return seriesOf(from) === REAL && seriesOf(to) === REAL ? "double" : "not run";
  }
  if (redoLogObstacle(from, to) !== undefined) return "refused: redo log of before 8.0.30";
  if (seriesOf(from) === REAL && seriesOf(to) === REAL) return "real servers";
  const isTried = UPGRADES.some(([source, target]) => source === from.text && target === to.text);
  return isTried ? "version string" : "not run";
}
