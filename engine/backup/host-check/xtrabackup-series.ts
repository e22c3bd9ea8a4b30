/**
 * XtraBackup copies only servers of its own release series, and there are none for the others. The images are general
 * releases, by tag: the last number counts the images of one release.
 */
export const XTRABACKUP_SERIES = {
  "8.0": { package: "percona-xtrabackup-80", repository: "pxb-80", image: "percona/percona-xtrabackup:8.0.35-34.1" },
  "8.4": { package: "percona-xtrabackup-84", repository: "pxb-84-lts", image: "percona/percona-xtrabackup:8.4.0-6.1" },
  "9.7": {
    package: "percona-xtrabackup-97",
    repository: "pxb-97-lts",
    image: "percona/percona-xtrabackup:9.7.2-2.1",
  },
} as const;

export type XtrabackupSeries = keyof typeof XTRABACKUP_SERIES;

/** The series for a server, e.g. of version `8.0.36-28`; undefined when there is no XtraBackup for it. */
export function seriesFor(serverVersion: string): XtrabackupSeries | undefined {
  return seriesIn(/^(\d+\.\d+)\./.exec(serverVersion)?.[1]);
}

/** The series of what `xtrabackup --version` prints; undefined when it is none of them. */
export function seriesOf(versionText: string): XtrabackupSeries | undefined {
  return seriesIn(/xtrabackup version (\d+\.\d+)\./.exec(versionText)?.[1]);
}

function seriesIn(text: string | undefined): XtrabackupSeries | undefined {
  return Object.keys(XTRABACKUP_SERIES).find((series): series is XtrabackupSeries => series === text);
}
