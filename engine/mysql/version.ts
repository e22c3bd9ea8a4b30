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

/** Long-term series in order of upgrade; replication is supported within a series and to the next of these. */
const LTS_SERIES = ["5.7.0", "8.0.0", "8.4.0", "9.7.0"] as const;

/**
 * Whether a replica of one version may follow a source of another: undefined when supported, otherwise the reason.
 * Source: MySQL manual, "Replication Compatibility Between MySQL Versions": same series, or up to the next LTS series.
 */
export function replicationObstacle(source: ServerVersion, replica: ServerVersion): string | undefined {
  if (source.isMariaDb || replica.isMariaDb) return "MariaDB's GTIDs are not MySQL's";
  const older = source.major - replica.major || source.minor - replica.minor;
  if (older > 0) return `a ${seriesOf(replica)} replica of a newer ${seriesOf(source)} source is not supported`;
  const oldestSource = LTS_SERIES.filter((lts) => compareVersions(parseVersion(lts), firstOfSeries(replica)) < 0).at(
    -1,
  );
  if (oldestSource !== undefined && !isAtLeast(source, oldestSource)) {
    return `${seriesOf(source)} to ${seriesOf(replica)} skips the series ${seriesOf(parseVersion(oldestSource))}`;
  }
  return undefined;
}

function firstOfSeries(version: ServerVersion): ServerVersion {
  return { ...version, patch: 0 };
}
