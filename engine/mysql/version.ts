/** A server's version as it reports it. Since 26.7 MySQL counts `year.month.patch`, so nothing is assumed of `major`. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Everything as reported, e.g. `8.0.36-28`. */
  readonly text: string;
  readonly isMariaDb: boolean;
}

/** Reads the value of `@@version`, e.g. `9.7.4-2`, `8.4.0`, `26.7.0`, `10.11.6-MariaDB-log`. */
export function parseVersion(text: string): ServerVersion {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (match === null) throw new Error(`not a server version: ${JSON.stringify(text)}`);
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: Number(match[3]),
    text,
    isMariaDb: /mariadb/i.test(text),
  };
}

/** Release series, the unit of XtraBackup and CLONE compatibility, e.g. `8.4`. */
export function seriesOf(version: ServerVersion): string {
  return `${version.major}.${version.minor}`;
}

/** Negative, zero or positive, as `Array.prototype.sort` wants it. */
export function compareVersions(a: ServerVersion, b: ServerVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** Whether `version` is `atLeast` (written `8.0.26`) or newer. */
export function isAtLeast(version: ServerVersion, atLeast: string): boolean {
  return compareVersions(version, parseVersion(atLeast)) >= 0;
}

/** Long-term series in order of upgrade; an upgrade stays within a series or goes on to the next of these. */
const LTS_SERIES = ["5.7.0", "8.0.0", "8.4.0", "9.7.0"] as const;

/**
 * Whether a replica of one version may follow a source of another: undefined when it may, otherwise the reason. Forwards
 * within a series or up to the next LTS series (MySQL manual, "Replication Compatibility Between MySQL Versions"), and
 * back by the same path, which is for a rollback only (manual, "Downgrade Paths"): `replicationCaution` says so.
 */
export function replicationObstacle(source: ServerVersion, replica: ServerVersion): string | undefined {
  if (source.isMariaDb || replica.isMariaDb) return "MariaDB's GTIDs are not MySQL's";
  const [older, newer] = compareSeries(source, replica) <= 0 ? [source, replica] : [replica, source];
  const skipped = skippedSeries(older, newer);
  return skipped === undefined ? undefined : `${seriesOf(source)} to ${seriesOf(replica)} skips the series ${skipped}`;
}

/** What limits a replica that may follow a newer source, for a person to know; undefined where the source is not newer. */
export function replicationCaution(source: ServerVersion, replica: ServerVersion): string | undefined {
  if (replicationObstacle(source, replica) !== undefined || compareSeries(source, replica) <= 0) return undefined;
  const [newer, older] = [seriesOf(source), seriesOf(replica)];
  return `replication from ${newer} to ${older} is supported for a rollback only: it stops at the first statement, privilege, collation or tagged GTID that ${older} does not know`;
}

/**
 * Whether a server can start on data that another one has written and upgrade it where it is newer: undefined when it
 * can, otherwise the reason. Sources: MySQL manual, "Upgrade Paths" and "Downgrade Paths".
 */
export function dataObstacle(data: ServerVersion, server: ServerVersion): string | undefined {
  const order = compareSeries(data, server);
  if (order > 0) return `MySQL ${server.text} cannot read data of ${data.text}: no server reads data of a newer series`;
  if (order < 0) {
    const skipped = skippedSeries(data, server);
    if (skipped === undefined) return undefined;
    return `MySQL ${server.text} cannot upgrade data of ${data.text}: that skips the series ${skipped}`;
  }
  if (compareVersions(data, server) <= 0 || isAtLeast(server, FIRST_DOWNGRADABLE)) return undefined;
  return `MySQL ${server.text} cannot read data of ${data.text}: before ${FIRST_DOWNGRADABLE} no server reads data of a later release`;
}

/**
 * Whether a server can recover data that were not shut down cleanly, as a clone is: undefined when it can, otherwise the
 * reason. 8.0.30 changed the redo log's format, and takes an older one only when it is empty (error MY-012526).
 */
export function redoLogObstacle(data: ServerVersion, server: ServerVersion): string | undefined {
  if (isAtLeast(data, PRESENT_REDO_FORMAT) || !isAtLeast(server, PRESENT_REDO_FORMAT)) return undefined;
  return `MySQL ${data.text} writes a redo log of before ${PRESENT_REDO_FORMAT}, which ${server.text} takes only when it is empty`;
}

const PRESENT_REDO_FORMAT = "8.0.30";

/** From here on a server reads data of later releases of its own series. */
const FIRST_DOWNGRADABLE = "8.0.35";

/** The long-term series that an upgrade would pass over; undefined where it is one that MySQL supports. */
function skippedSeries(older: ServerVersion, newer: ServerVersion): string | undefined {
  const last = LTS_SERIES.filter((lts) => compareVersions(parseVersion(lts), firstOfSeries(newer)) < 0).at(-1);
  return last === undefined || isAtLeast(older, last) ? undefined : seriesOf(parseVersion(last));
}

/** Negative, zero or positive: patch levels count as equal. */
function compareSeries(a: ServerVersion, b: ServerVersion): number {
  return a.major - b.major || a.minor - b.minor;
}

function firstOfSeries(version: ServerVersion): ServerVersion {
  return { ...version, patch: 0 };
}
