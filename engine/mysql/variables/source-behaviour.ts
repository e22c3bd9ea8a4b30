import { policyOf, VARIABLE_POLICIES } from "./index.js";
import { PLUGIN_POLICIES } from "./plugins.js";
import type { SourceBehaviour } from "./target-settings.js";

const SYSDATE_IS_NOW = "sysdate-is-now";
const NATIVE_PASSWORDS = "native-passwords";

/** The condition for the carried variables; their names hold letters, digits, `_` and `.` only. */
function isCarried(): string {
  const names = [...VARIABLE_POLICIES].flatMap(([name, { kind }]) => (kind === "carried" ? [`'${name}'`] : []));
  const prefixes = PLUGIN_POLICIES.flatMap(([prefix, { kind }]) => (kind === "carried" ? [prefix] : []));
  const ofPlugins = prefixes.map((prefix) => ` OR LEFT(VARIABLE_NAME, ${prefix.length}) = '${prefix}'`);
  return `VARIABLE_NAME IN (${names.join(", ")})${ofPlugins.join("")}`;
}

/**
 * One statement that reads what `parseSourceBehaviour` takes, a line each: `name=value`. For the mysql client, on a host
 * where the engine has no connection of its own.
 */
export function sourceBehaviourQuery(): string {
  return [
    `SELECT CONCAT(LOWER(VARIABLE_NAME), '=', VARIABLE_VALUE) FROM performance_schema.global_variables WHERE ${isCarried()}`,
    `SELECT CONCAT('${SYSDATE_IS_NOW}=', (SELECT MAX(earlier = SYSDATE(6)) FROM (SELECT SYSDATE(6) AS earlier, SLEEP(0.001) AS pause) AS looks))`,
    `SELECT CONCAT('${NATIVE_PASSWORDS}=', COUNT(*) > 0) FROM mysql.user JOIN information_schema.PLUGINS ON PLUGIN_NAME = plugin AND PLUGIN_STATUS = 'ACTIVE' WHERE plugin = 'mysql_native_password' AND account_locked = 'N'`,
  ].join(" UNION ALL ");
}

export function parseSourceBehaviour(lines: readonly string[]): SourceBehaviour {
  const values = new Map(
    lines.flatMap((line): [string, string][] => {
      const at = line.indexOf("=");
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
  const isTrue = (name: string) => values.get(name) === "1";
  return {
    variables: new Map([...values].filter(([name]) => policyOf(name) !== undefined)),
    isSysdateNow: isTrue(SYSDATE_IS_NOW),
    usesNativePasswords: isTrue(NATIVE_PASSWORDS),
  };
}
