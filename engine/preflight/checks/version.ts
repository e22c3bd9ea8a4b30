import {
  isAtLeast,
  OLDEST_SUPPORTED_VERSION,
  parseVersion,
  replicationObstacle,
  type ServerVersion,
  statementsFor,
} from "../../mysql/index.js";
import { checkOn, type Finding } from "../../operation/index.js";
import type { ServerObservation } from "../observation.js";

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

export function checkVersionPair(source: ServerObservation, target: ServerObservation): Finding[] {
  return [forward(source, target), reverse(source, target), tags(source, target)];
}

function forward(source: ServerObservation, target: ServerObservation): Finding {
  const check = checkOn(target.label, "version-path", "the source's series or the next long-term series");
  const obstacle = replicationObstacle(source.facts.version, target.facts.version);
  if (obstacle === undefined) return check.ok(path(source.facts.version, target.facts.version));
  return check.blocker(obstacle, "give the target a version that may follow the source's");
}

function reverse(source: ServerObservation, target: ServerObservation): Finding {
  const check = checkOn(source.label, "version-path-back", "a source that can replicate from the target after cutover");
  const obstacle = replicationObstacle(target.facts.version, source.facts.version);
  if (obstacle === undefined) return check.ok(path(target.facts.version, source.facts.version));
  return check.warning(obstacle, "there is no way back after cutover; a target of the source's series keeps it open");
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
