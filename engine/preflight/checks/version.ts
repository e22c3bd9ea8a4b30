import {
  dataObstacle,
  isAtLeast,
  OLDEST_SUPPORTED_VERSION,
  parseVersion,
  redoLogObstacle,
  replicationCaution,
  replicationObstacle,
  type ServerVersion,
  seriesOf,
  statementsFor,
} from "../../mysql/index.js";
import { checkOn, type Finding } from "../../operation/index.js";
import type { PreflightContext, ServerObservation } from "../observation.js";

/** `text` is what the server says; decides whether anything else can be observed. */
export function checkVersion(label: string, text: string): Finding {
  const check = checkOn(label, "version", `MySQL ${OLDEST_SUPPORTED_VERSION} or newer`);
  const version = parseVersion(text);
  if (version.isMariaDb) return check.blocker(text, "MariaDB has other GTIDs; move the data by a logical dump instead");
  if (!isAtLeast(version, OLDEST_SUPPORTED_VERSION)) {
    return check.blocker(
      text,
      `upgrade the server to ${OLDEST_SUPPORTED_VERSION} or a later release of its series first`,
    );
  }
  return check.ok(text);
}

export function checkVersionPair(
  source: ServerObservation,
  target: ServerObservation,
  context: PreflightContext,
): Finding[] {
  return [forward(source, target, context), reverse(source, target, context), tags(source, target)];
}

/** What can be said of a target before there is one. */
export function checkPlannedTarget(source: ServerObservation, context: PreflightContext): Finding[] {
  const planned = context.plannedTarget;
  if (planned === undefined) return [];
  const check = checkOn(source.label, "version-path", `a target that can run the data of ${source.facts.version.text}`);
  const { version } = planned;
  if (version === undefined) {
    return [
      check.warning(`${planned.name} does not say its release`, "name the release, so that it can be checked: 8.4.6"),
    ];
  }
  const advice = "give the target the source's release or a later one, up to the next long-term series";
  const obstacle = dataObstacle(source.facts.version, version);
  if (obstacle !== undefined) return [check.blocker(`${planned.name}: ${obstacle}`, advice)];
  return [
    check.ok(`${planned.name}: ${path(source.facts.version, version)}`),
    ...plannedReverse(source, version),
    ...checkRedoLog(source, version, context),
  ];
}

function plannedReverse(source: ServerObservation, target: ServerVersion): Finding[] {
  const caution = replicationCaution(target, source.facts.version);
  if (caution === undefined) return [];
  const check = checkOn(source.label, "version-path-back", "a source that can replicate from the target after cutover");
  return [check.warning(caution, FROM_CUTOVER_ON)];
}

const FROM_CUTOVER_ON = "let the application use nothing of the newer series until the migration is finalized";

/** A clone is recovered by its redo log at the first start; what xtrabackup has prepared has an empty one. */
function checkRedoLog(source: ServerObservation, target: ServerVersion, context: PreflightContext): Finding[] {
  if (context.backupMethod !== "clone") return [];
  const { version } = source.facts;
  const check = checkOn(source.label, "redo-log", "a redo log that the target can recover the clone by");
  const obstacle = redoLogObstacle(version, target);
  if (obstacle !== undefined) {
    const fix = "use backup method xtrabackup, whose prepare leaves it empty, or a target of the source's release";
    return [check.blocker(obstacle, fix)];
  }
  if (seriesOf(version) === seriesOf(target)) return [check.ok("of the same series")];
  return [
    check.warning(
      `the first start recovers the clone and upgrades it from ${seriesOf(version)} to ${seriesOf(target)} at once`,
      "better use backup method xtrabackup: MySQL's manual wants a clean shutdown before an upgrade, which its prepare amounts to",
    ),
  ];
}

function forward(source: ServerObservation, target: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(target.label, "version-path", "the source's series or the next long-term series");
  const versions = [source.facts.version, target.facts.version] as const;
  // A switchover back leads from the newer series to the older one.
  const obstacle =
    replicationObstacle(...versions) ?? (context.purpose === "switchover" ? undefined : dataObstacle(...versions));
  if (obstacle === undefined) return check.ok(path(...versions));
  return check.blocker(
    obstacle,
    "give the target the source's release or a later one, up to the next long-term series",
  );
}

/** Nothing may be committed that cannot be completed, and to complete a switchover the old primary follows the new one. */
function reverse(source: ServerObservation, target: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(source.label, "version-path-back", "a source that can replicate from the target after cutover");
  const versions = [target.facts.version, source.facts.version] as const;
  const obstacle = replicationObstacle(...versions);
  if (obstacle !== undefined) {
    const fix = "give the target the source's series or the next long-term one";
    return check[context.purpose === "switchover" ? "blocker" : "warning"](obstacle, fix);
  }
  const caution = replicationCaution(...versions);
  if (caution === undefined) return check.ok(path(...versions));
  return check.warning(caution, FROM_CUTOVER_ON);
}

function tags(source: ServerObservation, target: ServerObservation): Finding {
  const check = checkOn(target.label, "gtid-tags", "a target that knows tagged GTIDs, if the source has any");
  const hasTags = /:[a-z_]/i.test(source.facts.gtidExecuted);
  if (!hasTags) return check.ok("the source has no tagged GTIDs");
  if (statementsFor(target.facts.version).hasTaggedGtids) return check.ok("the source has tagged GTIDs");
  return check.blocker(
    `the source has tagged GTIDs, the target is ${target.facts.version.text}`,
    "use a target of 8.4 or newer",
  );
}

function path(from: ServerVersion, to: ServerVersion): string {
  return `${from.text} to ${to.text}`;
}
