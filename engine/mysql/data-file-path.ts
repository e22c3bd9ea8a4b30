const FILE = /^[A-Za-z0-9_.-]+:\d+[KMG]?(:autoextend(:max:\d+[KMG]?)?)?$/;

/**
 * Whether a value of innodb_data_file_path names files that a restored server can have in its data directory: no absolute
 * paths and no raw devices. The same rule as in scripts/backup.sh.
 */
export function isRestorableDataFilePath(value: string): boolean {
  return value.split(";").every((file) => FILE.test(file));
}
