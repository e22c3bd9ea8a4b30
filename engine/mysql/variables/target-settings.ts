import { policyOf } from "./index.js";

/** What of a source decides about the settings of its copy. */
export interface SourceBehaviour {
  /** Global variables by lower-case name; those that the source does not have are absent. */
  readonly variables: ReadonlyMap<string, string>;
  /** Whether SYSDATE() gives the time of the statement, as NOW() does: mysqld was started with `sysdate_is_now`. */
  readonly isSysdateNow: boolean;
  /** Whether accounts log in by mysql_native_password, which is active. */
  readonly usesNativePasswords: boolean;
}

/**
 * Variables that came with a release and changed what applications get, with the value by which a server does as those
 * did that have no such variable. Values: MySQL's release notes and manual; `activate_mandatory_roles` measured.
 */
const AS_BEFORE: Readonly<Record<string, string>> = {
  // 8.0.29: a prepared XA transaction leaves its session.
  xa_detach_on_prepare: "OFF",
  // 8.0.32, 8.3: what EXPLAIN prints.
  explain_format: "TRADITIONAL",
  explain_json_format_version: "1",
  // 8.4: refuses foreign keys to columns that are not unique, which a source of before may go on to create.
  restrict_fk_on_non_standard_key: "OFF",
  // 9.x: activates mandatory roles also where roles are not activated at login.
  activate_mandatory_roles: "OFF",
  // 9.x: cascades are row events of their own, which older replicas and tools do not expect.
  innodb_native_foreign_keys: "ON",
};

/** The longest value that performance_schema shows whole. */
const LONGEST_VALUE = 1023;

/** Whether a value can stand in my.cnf in double quotes, and in JSON, as it is. */
export function isPlainSetting(value: string): boolean {
  return value.length <= LONGEST_VALUE && /^[^"\\\p{Cc}]*$/u.test(value);
}

/**
 * The settings by which a copy of a source behaves as the source does, by name as my.cnf has it; for a server of the
 * same or the next series, where they are to be written with the prefix `loose_`. Values that my.cnf cannot hold as they
 * are, and those of the time zone SYSTEM, are left out.
 */
export function targetSettings(source: SourceBehaviour): Record<string, string> {
  const carried = [...source.variables].flatMap(([name, value]): [string, string][] => {
    const policy = policyOf(name);
    if (policy?.kind !== "carried" || !isPlainSetting(value)) return [];
    if (name === "time_zone" && value === "SYSTEM") return [];
    return [[policy.option ?? name, value]];
  });
  const asBefore = Object.entries(AS_BEFORE).filter(([name]) => !source.variables.has(name));
  return Object.fromEntries([
    ...carried,
    ...asBefore,
    ...(source.isSysdateNow ? [["sysdate_is_now", "ON"] as const] : []),
    ...(source.usesNativePasswords ? [["mysql_native_password", "ON"] as const] : []),
  ]);
}

/** Lines of my.cnf: what a release does not know, it passes over with a warning. */
export function settingLines(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => `loose_${name} = "${value}"`);
}
