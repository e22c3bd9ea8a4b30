import { type Account, matchAccount, quoteAccount, statementsFor } from "../../mysql/index.js";
import { checkOn, type Finding } from "../../operation/index.js";
import { holds, parseGrants } from "../grants.js";
import { counted, enumerate } from "../listing.js";
import type { LoginAccount, PreflightContext, ServerObservation } from "../observation.js";
import { judge } from "./judge.js";

/** From here on a password that is about to expire is worth a word: a migration may stay in one phase for so long. */
const EXPIRY_DAYS = 30;
/** Of this migration and its channel at the same time, at most. */
const NEEDED_CONNECTIONS = 8;

/** Everything that decides who can log in, on the source and on the copy of its accounts that the target will have. */
export function checkLogins(source: ServerObservation, context: PreflightContext): Finding[] {
  return [
    ...(context.purpose === "switchover" ? [] : [checkTargetLogin(source)]),
    checkAnonymous(source),
    ...checkShadowed(source, context),
    ...checkPlaces(source, context),
    checkExpiry(source, context),
    checkLimits(source),
    ...checkTransport(source, context),
    checkInitConnect(source),
    checkOffline(source),
    ...checkFiles(source, context),
    checkEventOwners(source),
  ];
}

/**
 * The target is logged in to from its own host or through the pod's loopback, where the source's accounts may let
 * somebody else in: an account for `localhost` comes before one for `%`, if the server looks up names.
 */
function checkTargetLogin({ label, login, loginAccounts, variables }: ServerObservation): Finding {
  const check = checkOn(label, "administrator-login", "the same account for the administrator on the target");
  return judge(check, loginAccounts, (accounts) => {
    // It is handed to the target.
    const hostNames = variables.get("skip_name_resolve") === "ON" ? [] : ["localhost"];
    const taken = matchAccount(accounts, { user: login.user, ip: "127.0.0.1", hostNames });
    const own = quoteAccount(login.account);
    if (taken === undefined) {
      return check.blocker(
        `${own} is not for 127.0.0.1, from where the target will be logged in to`,
        `CREATE USER ${quoteAccount({ user: login.user, host: "127.0.0.1" })} with the same password and privileges, or use an account for '%'`,
      );
    }
    if (taken.user === login.account.user && taken.host === login.account.host) return check.ok(own);
    const seen = `${quoteAccount(taken)} would be taken for ${login.user} on the target, because its host comes before that of ${own}`;
    if (taken.user !== login.user) {
      return check.blocker(
        seen,
        `DROP USER ${quoteAccount(taken)}; where nobody needs it, or start the source with skip_name_resolve=ON, which the target gets too`,
      );
    }
    return check.warning(seen, "give it the same password and privileges, or drop it");
  });
}

const isAnonymous = ({ user }: LoginAccount) => user === "";

function checkAnonymous({ label, loginAccounts }: ServerObservation): Finding {
  const check = checkOn(label, "anonymous-accounts", "no anonymous account");
  return judge(check, loginAccounts, (accounts) => {
    const anonymous = accounts.filter(isAnonymous);
    if (anonymous.length === 0) return check.ok("none");
    return check.warning(
      enumerate(anonymous.map(quoteAccount)),
      `${anonymous.map((account) => `DROP USER ${quoteAccount(account)};`).join(" ")} they are taken for any user whose own account has a less specific host, and hosts have other names where the target is`,
    );
  });
}

/** Of the replication account itself there is none yet, or it is ours. */
function checkShadowed(
  { label, loginAccounts }: ServerObservation,
  { replicationAccount }: PreflightContext,
): Finding[] {
  if (replicationAccount === undefined || !("value" in loginAccounts)) return [];
  const check = checkOn(label, "replication-login", `nobody else's account for a login of ${replicationAccount.user}`);
  // Where it logs in from is not known: an address of each pattern stands for all.
  const shadowing = loginAccounts.value.filter(
    (account) =>
      isAnonymous(account) &&
      [account.host, replicationAccount.host].some((pattern) => isTakenFrom(pattern, account, replicationAccount)),
  );
  if (shadowing.length === 0) return [check.ok("none")];
  return [
    check.warning(
      `${enumerate(shadowing.map(quoteAccount))} would be taken for it from hosts that both match`,
      "drop them, or give gtid-ferry:replicationHost the target's address, which is more specific",
    ),
  ];
}

/** Whether a login as `own` from an address of the pattern, which both accounts match, is taken for the other one. */
function isTakenFrom(pattern: string, other: Account, own: Account): boolean {
  const address = pattern.replaceAll(/[%_]/g, "1");
  const attempt = { user: own.user, ip: address, hostNames: [address] };
  return matchAccount([own], attempt) !== undefined && matchAccount([other, own], attempt) === other;
}

/** Clients reach a pod from other addresses than a server in a VPC, and the pod resolves other names. */
function checkPlaces({ label, placedAccounts }: ServerObservation, { plannedTarget }: PreflightContext): Finding[] {
  if (plannedTarget?.isInPod !== true) return [];
  const check = checkOn(
    label,
    "account-hosts",
    "accounts that may log in from wherever their clients reach the target",
  );
  return [
    judge(check, placedAccounts, ({ rows, total }) => {
      if (total === 0) return check.ok("every account is for any host");
      return check.warning(
        `${counted(total, "account")} for some hosts only: ${enumerate(rows.map(quoteAccount), total)}`,
        "make sure that these addresses reach the pod as they are (load balancers and nodes may put their own in their place), and that names resolve there; else CREATE USER for the new ones",
      );
    }),
  ];
}

function checkExpiry({ label, login, loginAccounts }: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(label, "password-expiry", "logins of this migration that do not expire while it goes on");
  const users = new Set([login.user, context.replicationAccount?.user]);
  return judge(check, loginAccounts, (accounts) => {
    const own = accounts.filter((account) => users.has(account.user) && account.user !== "" && !account.isLocked);
    const expired = own.filter(({ isExpired }) => isExpired);
    if (expired.length > 0) {
      const fix = "ALTER USER ... IDENTIFIED BY ... PASSWORD EXPIRE NEVER";
      return check.blocker(`${enumerate(expired.map(quoteAccount))}: expired`, fix);
    }
    const soon = own.filter(({ expiresInDays }) => expiresInDays !== null && expiresInDays < EXPIRY_DAYS);
    if (soon.length === 0) return check.ok("none does soon");
    return check.warning(
      enumerate(soon.map((account) => `${quoteAccount(account)} in ${counted(account.expiresInDays ?? 0, "day")}`)),
      `${soon.map((account) => `ALTER USER ${quoteAccount(account)} PASSWORD EXPIRE NEVER;`).join(" ")} until the migration is finalized`,
    );
  });
}

function checkLimits({ label, login, loginAccounts, variables }: ServerObservation): Finding {
  const check = checkOn(label, "account-limits", `an administrator with ${NEEDED_CONNECTIONS} connections at a time`);
  return judge(check, loginAccounts, (accounts) => {
    const own = accounts.find(({ user, host }) => user === login.account.user && host === login.account.host);
    const everybody = Number(variables.get("max_user_connections") ?? 0);
    if (own?.isLimited === true) {
      return check.warning(
        `${quoteAccount(own)} has limits of its own`,
        `ALTER USER ${quoteAccount(own)} WITH MAX_USER_CONNECTIONS 0 MAX_CONNECTIONS_PER_HOUR 0 MAX_QUERIES_PER_HOUR 0 MAX_UPDATES_PER_HOUR 0; until the migration is finalized`,
      );
    }
    if (everybody === 0 || everybody >= NEEDED_CONNECTIONS) return check.ok("no limit that this meets");
    return check.warning(
      `max_user_connections is ${everybody}`,
      `ALTER USER ${quoteAccount(login.account)} WITH MAX_USER_CONNECTIONS ${4 * NEEDED_CONNECTIONS};`,
    );
  });
}

function checkTransport(source: ServerObservation, context: PreflightContext): Finding[] {
  const { label, variables, plainSessions } = source;
  const check = checkOn(label, "secure-transport", "connections with TLS wherever one of the servers wants it");
  const isRequired = variables.get("require_secure_transport") === "ON";
  if (isRequired && context.replicationUsesTls === false) {
    return [
      check.blocker(
        "require_secure_transport is ON, and the replication channel is to do without TLS",
        "set gtid-ferry:replicationTlsMode to required",
      ),
    ];
  }
  if (isRequired || context.plannedTarget?.requiresTls !== true) return [];
  return [
    judge(check, plainSessions, ({ rows, total }) => {
      if (total === 0) return check.ok("no session without TLS at this moment");
      const sessions = rows.map(({ user, sessions: open }) => `${user} (${open})`);
      return check.warning(
        `sessions without TLS: ${enumerate(sessions, total)}; the target will refuse them`,
        "let these applications use TLS, or set tls.required to false in gtid-ferry:chartValues",
      );
    }),
  ];
}

/** Runs for every account without CONNECTION_ADMIN, and a session in which it fails is ended. */
function checkInitConnect({ label, variables }: ServerObservation): Finding {
  const check = checkOn(label, "init-connect", "no init_connect, which runs for the replication account too");
  const statements = variables.get("init_connect") ?? "";
  if (statements === "") return check.ok("empty");
  const isHarmless = statements.split(";").every((text) => /^\s*(SET\s.*)?$/is.test(text));
  if (isHarmless) return check.warning(statements, "nothing: every account may run it; set it on the target as well");
  return check.warning(
    statements,
    "GRANT what it needs to the replication account as soon as there is one (phase prepare tries it), or change init_connect until the migration is finalized; set it on the target before the cutover",
  );
}

function checkOffline({ label, variables }: ServerObservation): Finding {
  const check = checkOn(label, "offline-mode", "a server that lets everybody in");
  if (variables.get("offline_mode") !== "ON") return check.ok("offline_mode is OFF");
  return check.blocker("offline_mode is ON: the replication account cannot log in", "SET GLOBAL offline_mode = OFF;");
}

/** The target has `secure_file_priv=NULL`, and other disks. */
function checkFiles({ label, variables, fileAccounts }: ServerObservation, context: PreflightContext): Finding[] {
  if (context.purpose === "switchover") return [];
  const directory = variables.get("secure_file_priv") ?? "NULL";
  if (directory === "NULL") return [];
  const check = checkOn(label, "file-access", "no account that reads or writes files of the server's host");
  return [
    judge(check, fileAccounts, ({ rows, total }) => {
      if (total === 0) return check.ok("none but administrators");
      return check.warning(
        `${counted(total, "account")} with FILE: ${enumerate(rows.map(quoteAccount), total)}`,
        "on the target SELECT ... INTO OUTFILE, LOAD_FILE and LOAD DATA without LOCAL are refused (secure_file_priv is NULL): let these applications do without",
      );
    }),
  ];
}

/** What an event that arrives by replication needs to be enabled on the other server. */
function checkEventOwners({ label, eventOwners, grantLines, facts }: ServerObservation): Finding {
  const check = checkOn(label, "event-owners", "events whose definers are there and may be named by the administrator");
  return judge(check, eventOwners, ({ rows, total }) => {
    if (total === 0) return check.ok("no event of another account");
    const orphans = rows.filter(({ exists }) => !exists);
    if (orphans.length > 0) {
      const seen = orphans.map(({ schema, name, definer }) => `${schema}.${name} of ${definer}`);
      return check.warning(
        `without a definer: ${enumerate(seen)}`,
        "they do not run: DROP EVENT, or ALTER DEFINER = ... EVENT ... with an account that is there",
      );
    }
    const grants = parseGrants(grantLines);
    const names = ["SET_ANY_DEFINER", "SET_USER_ID", "SUPER"];
    if (names.some((name) => holds(grants, name, "global"))) return check.ok(`${counted(total, "event")} of others`);
    const privilege = statementsFor(facts.version).namesDefiners;
    return check.warning(
      enumerate(
        rows.map(({ schema, name, definer }) => `${schema}.${name} of ${definer}`),
        total,
      ),
      `GRANT ${privilege} ON *.* TO the administrator: without it, those that are created or changed while the target replicates cannot be enabled at the cutover`,
    );
  });
}
