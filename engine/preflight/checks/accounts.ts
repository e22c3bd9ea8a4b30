import { type Account, isAtLeast, quoteAccount } from "../../mysql/index.js";
import { checkOn, type Finding } from "../../operation/index.js";
import { parseGrants } from "../grants.js";
import { counted, enumerate } from "../listing.js";
import type { PreflightContext, ServerObservation } from "../observation.js";
import type { PlannedTarget } from "../planned-target.js";
import { grantFor, missingPrivileges, type PrivilegeNeed } from "../privilege-needs.js";
import { judge } from "./judge.js";

export function checkPrivileges(observation: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(
    observation.label,
    "privileges",
    `what this migration needs, for ${observation.currentAccount}`,
  );
  const missing = missingPrivileges(parseGrants(observation.grantLines), observation.role, context);
  if (missing.length === 0) return check.ok("all there");
  const roles = observation.grantLines.some((line) => / TO /.test(line) && !/ ON /.test(line));
  return check.blocker(
    `missing: ${missing.map(describeNeed).join("; ")}`,
    [
      ...missing.map((need) => grantFor(need, observation.currentAccount)),
      ...(roles ? [`or, if a granted role has them: ALTER USER ${observation.currentAccount} DEFAULT ROLE ALL;`] : []),
    ].join("\n"),
  );
}

function describeNeed(need: PrivilegeNeed): string {
  const on = need.scope === "global" ? "" : ` on ${need.scope.schema}.${need.scope.table ?? "*"}`;
  return `${need.privilege}${on}${need.grantable === true ? " with grant option" : ""} (${need.why})`;
}

const describeAccount = ({ user, host }: Account) => `${user}@${host}`;

/** From here on the plugin is there, and off unless the server is told otherwise. */
const NATIVE_PASSWORD_OFF = "8.4.0";
const NATIVE_PASSWORD_GONE = "9.0.0";

/** What the target does with accounts of mysql_native_password, as far as that is known. */
type NativePasswords = "gone" | "off" | "on" | "unknown";

function nativePasswordsOn(target: ServerObservation | undefined, planned: PlannedTarget | undefined): NativePasswords {
  const version = target?.facts.version ?? planned?.version;
  if (version === undefined) return "unknown";
  if (isAtLeast(version, NATIVE_PASSWORD_GONE)) return "gone";
  if (target !== undefined) return target.plugins.get("mysql_native_password") === "ACTIVE" ? "on" : "off";
  if (!isAtLeast(version, NATIVE_PASSWORD_OFF)) return "on";
  const { settings } = planned ?? {};
  const value = settings?.get("mysql_native_password") ?? settings?.get("loose_mysql_native_password") ?? "";
  return /^(on|1|true)$/i.test(value) ? "on" : "off";
}

/** Needs the target's version where there is a target, or is to be one. */
export function checkNativePasswords(
  source: ServerObservation,
  target: ServerObservation | undefined,
  context: PreflightContext,
): Finding {
  const check = checkOn(source.label, "native-password-accounts", "no account with mysql_native_password");
  return judge(check, source.nativePasswordAccounts, ({ rows, total }) => {
    if (total === 0) return check.ok("none");
    const seen = `${counted(total, "account")}: ${enumerate(rows.map(describeAccount), total)}`;
    const change = "ALTER USER ... IDENTIFIED WITH caching_sha2_password BY ... on the source";
    const effect = "they cannot log in to the target, and changing one on the source stops the channel";
    switch (nativePasswordsOn(target, context.plannedTarget)) {
      case "unknown":
        return check.warning(seen, `${change}: the plugin is off by default in 8.4 and gone in 9.0`);
      case "gone":
        return check.blocker(seen, `${change}: MySQL 9.0 and newer has no such plugin, ${effect}`);
      case "off":
        return check.blocker(
          seen,
          `${change}, or mysql_native_password=ON in the target's configuration: the plugin is off there, ${effect}`,
        );
      case "on":
        return check.warning(seen, `${change}, before a later upgrade to 9.0 or newer`);
    }
  });
}

export function checkReplicationAccount(observation: ServerObservation, context: PreflightContext): Finding[] {
  const account = context.replicationAccount;
  if (account === undefined) return [];
  const check = checkOn(observation.label, "replication-account", `an account ${describeAccount(account)} of our own`);
  return [
    judge(check, observation.replicationAccounts, (accounts) => {
      const exists = accounts.some(({ host }) => host.toLowerCase() === account.host.toLowerCase());
      const isOurs = context.replicationAccountIsOurs === true;
      if (exists && !isOurs) {
        const drop = `DROP USER ${quoteAccount(account)};`;
        return check.blocker("exists and was not created here", `choose another name, or if nobody uses it: ${drop}`);
      }
      const others = accounts.filter(({ host }) => host.toLowerCase() !== account.host.toLowerCase());
      if (others.length > 0) {
        return check.warning(
          `the same user name also as ${enumerate(others.map(describeAccount))}`,
          "choose another name: of several accounts the server takes the one with the most specific host",
        );
      }
      if (!exists && isOurs) return check.warning("is gone", "will be created again by prepare");
      return check.ok(exists ? "exists and is ours" : "the name is free");
    }),
  ];
}

export function checkTls(observation: ServerObservation): Finding {
  const check = checkOn(observation.label, "tls", "TLS enabled, for the replication account");
  return judge(check, observation.tlsEnabled, (enabled) =>
    enabled
      ? check.ok("enabled")
      : check.blocker("disabled", "set ssl_ca, ssl_cert and ssl_key in my.cnf, then ALTER INSTANCE RELOAD TLS;"),
  );
}
