import {
  comeBetween,
  GONE_FROM_PROGRAMS,
  GONE_PLUGINS,
  GONE_PRIVILEGES,
  GONE_VARIABLES,
  isAtLeast,
  leaveBetween,
  RESERVED_WORDS,
  type ServerVersion,
} from "../../mysql/index.js";
import {
  autoIncrementQuery,
  bodiesQuery,
  delimitersQuery,
  LOOSE_FOREIGN_KEYS_QUERY,
  namedQuery,
  patternOf,
  pluginsQuery,
  prefixPartitionsQuery,
  privilegesQuery,
  SPATIAL_INDEXES_QUERY,
  TRIGGERS_WITHOUT_DEFINER_QUERY,
} from "./schema-queries.js";

/** One thing that an upgrade minds. */
export interface UpgradeRule {
  readonly check: string;
  readonly wanted: string;
  /** `blocker`: the upgrade fails, or replication stops, or data cannot be read. */
  readonly severity: "blocker" | "warning";
  /** What finds it, as `what`; undefined where these two releases do not mind. */
  readonly query: (from: ServerVersion, to: ServerVersion) => string | undefined;
  readonly next: (from: ServerVersion, to: ServerVersion) => string;
}

/** The upgrade is to the release or beyond it, from before it. */
const passes =
  (release: string, query: string): UpgradeRule["query"] =>
  (from, to) =>
    isAtLeast(from, release) || !isAtLeast(to, release) ? undefined : query;

const some = (names: readonly string[], query: (names: readonly string[]) => string) =>
  names.length === 0 ? undefined : query(names);

/**
 * What MySQL Shell's upgrade checker looks for between the supported releases, as far as SQL tells it. What it says of
 * settings is a matter of those that the target is given.
 */
export const UPGRADE_RULES: readonly UpgradeRule[] = [
  {
    check: "upgrade-names",
    wanted: "no name that the target's release reserves",
    severity: "warning",
    query: (from, to) => some(comeBetween(RESERVED_WORDS, from, to), namedQuery),
    next: () =>
      "such a name needs backquotes in every statement, also of DDL that is replicated: let applications quote it, or rename it",
  },
  {
    check: "upgrade-programs",
    wanted: "no stored program or view with what the target's release does not know or reserves",
    severity: "warning",
    query: (from, to) =>
      some(
        [
          ...comeBetween(RESERVED_WORDS, from, to),
          ...leaveBetween(GONE_FROM_PROGRAMS, from, to),
          ...leaveBetween(GONE_VARIABLES, from, to),
        ],
        (names) => bodiesQuery(patternOf(names)),
      ),
    next: (_, to) =>
      `look whether it is more than a comment or a text, and change it on the source: on ${to.text} it is an error when it runs`,
  },
  {
    check: "upgrade-auto-increment",
    wanted: "no AUTO_INCREMENT column of type FLOAT or DOUBLE",
    severity: "blocker",
    query: passes("8.4.0", autoIncrementQuery(["float", "double"])),
    next: (_, to) => `${to.text} does not know them: ALTER TABLE ... MODIFY the column to an integer type`,
  },
  {
    check: "upgrade-partition-keys",
    wanted: "no table partitioned by a column of which an index has only the beginning",
    severity: "blocker",
    query: passes("8.4.0", prefixPartitionsQuery(["KEY", "LINEAR KEY"])),
    next: (_, to) => `${to.text} refuses them: index the whole column, or partition by another one`,
  },
  {
    check: "upgrade-foreign-keys",
    wanted: "foreign keys to all columns of a unique key",
    severity: "warning",
    query: passes("8.4.0", LOOSE_FOREIGN_KEYS_QUERY),
    next: () =>
      "they go on to work, and can be made, with restrict_fk_on_non_standard_key=OFF, which the target is given: make the referenced columns a unique key before a later upgrade",
  },
  {
    check: "upgrade-spatial-indexes",
    wanted: "no spatial index from a release with a fault in them",
    severity: "warning",
    query: (from, to) => (hasSpatialFault(from) && !hasSpatialFault(to) ? SPATIAL_INDEXES_QUERY : undefined),
    next: () =>
      "drop them before the backup and make them again on the target after the migration, or upgrade the source to 8.0.41, 8.4.4 or newer and make them again first",
  },
  {
    check: "upgrade-date-delimiters",
    wanted: "no partition bounded by a date with other delimiters than - and :",
    severity: "blocker",
    query: passes("8.0.29", delimitersQuery(["date", "datetime", "timestamp"])),
    next: (_, to) => `${to.text} cannot open such a table: ALTER TABLE ... REORGANIZE PARTITION with 2024-12-31`,
  },
  {
    check: "upgrade-triggers",
    wanted: "triggers that have a definer",
    severity: "blocker",
    query: (from, to) => passes(`${to.major}.${to.minor}.0`, TRIGGERS_WITHOUT_DEFINER_QUERY)(from, to),
    next: () => "make them again: SHOW CREATE TRIGGER, DROP TRIGGER, CREATE DEFINER = ... TRIGGER",
  },
  {
    check: "upgrade-privileges",
    wanted: "no privilege that the target's release does not have",
    severity: "warning",
    query: (from, to) => some(leaveBetween(GONE_PRIVILEGES, from, to), privilegesQuery),
    next: () =>
      "the upgrade gives these accounts SET_ANY_DEFINER and ALLOW_NONEXISTENT_DEFINER instead; until the cutover let nobody GRANT or REVOKE the old one on the source: the target would stop there",
  },
  {
    check: "upgrade-plugins",
    wanted: "no plugin that the target's release does not have",
    severity: "blocker",
    query: (from, to) => some(leaveBetween(GONE_PLUGINS, from, to), pluginsQuery),
    next: () =>
      "keys of a keyring plugin: move them to a keyring component (mysqld --keyring-migration-to-component); accounts: change their plugin; then UNINSTALL PLUGIN or take it out of my.cnf",
  },
];

/** Releases whose spatial indexes MySQL Shell's checker wants made again by an upgrade. */
function hasSpatialFault({ major, minor, patch }: ServerVersion): boolean {
  if (major === 8) return minor === 0 ? patch <= 40 : minor < 4 || patch <= 3;
  return major === 9 && minor <= 1;
}
