import { quoteAccount, quoteIdentifier, quoteString } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import type { AccountPlan, ProgramPlan, TablePlan } from "../model.js";
import type { Random } from "../random.js";

const USERS = ["app", "it's", "a`b", "a@b", "", "%", "ä", "a.b", "x y", "Ω☃", 'q"', "\\", "--", "#"];
const HOSTS = ["%", "localhost", "10.0.0.%", "192.168.1.0/255.255.255.0", "host.example", "::1", "a_b"];
const STATIC = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER", "TRIGGER"];
const GLOBAL = [...STATIC, "PROCESS", "RELOAD", "REPLICATION CLIENT", "SHOW DATABASES", "EVENT", "CREATE USER", "FILE"];
const DYNAMIC = ["BACKUP_ADMIN", "XA_RECOVER_ADMIN", "SESSION_VARIABLES_ADMIN", "ROLE_ADMIN", "CONNECTION_ADMIN"];

export interface GrantTargets {
  readonly tables: readonly TablePlan[];
  readonly programs: readonly ProgramPlan[];
  readonly accounts: readonly AccountPlan[];
}

/** An account or role with some grants; its name is taken by no other. */
export function makeAccount(random: Random, index: number, targets: GrantTargets): AccountPlan {
  const user = `${random.pick(USERS)}${random.chance(0.5) ? index : `_${index}`}`;
  const isRole = random.chance(0.25);
  const account = { user, host: random.pick(HOSTS), isRole };
  const name = quoteAccount(account);
  const options = random.pick([
    "",
    " WITH MAX_USER_CONNECTIONS 5",
    " ACCOUNT LOCK",
    ` COMMENT ${quoteString('it\'s "x"')}`,
    ` ATTRIBUTE ${quoteString('{"team": "a\'b"}')}`,
    " REQUIRE SSL",
    " PASSWORD EXPIRE INTERVAL 90 DAY",
    " FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME 2",
  ]);
  const create = isRole ? `CREATE ROLE ${name}` : `CREATE USER ${name} IDENTIFIED BY 'p${index}'${options}`;
  const grants = Array.from({ length: random.below(4) }, () => grantTo(random, account, targets));
  return { ...account, statements: [create, ...grants] };
}

/** One privilege at some level, granted to the account. */
export function grantTo(random: Random, account: { user: string; host: string }, targets: GrantTargets): string {
  const { privilege, on } = anyPrivilege(random, account, targets);
  const option = random.chance(0.2) ? " WITH GRANT OPTION" : "";
  return `GRANT ${privilege}${on === undefined ? "" : ` ON ${on}`} TO ${quoteAccount(account)}${on === undefined ? "" : option}`;
}

function anyPrivilege(
  random: Random,
  grantee: { user: string; host: string },
  { tables, programs, accounts }: GrantTargets,
) {
  const roles = accounts.filter(
    ({ isRole, user, host }) => isRole && !(user === grantee.user && host === grantee.host),
  );
  const routines = programs.filter(({ kind }) => kind === "procedure" || kind === "function");
  const table = random.pick(tables);
  const column = random.pick(table.columns);
  switch (random.below(8)) {
    case 0:
      return { privilege: random.pick(DYNAMIC), on: "*.*" };
    case 1:
      return { privilege: random.pick(GLOBAL), on: "*.*" };
    case 2:
      return { privilege: random.pick(STATIC), on: `${quoteIdentifier(table.schema)}.*` };
    case 3:
      return { privilege: random.pick(STATIC), on: quoteTable(table) };
    case 4:
      return {
        privilege: `${random.pick(["SELECT", "UPDATE", "INSERT"])} (${quoteIdentifier(column.name)})`,
        on: quoteTable(table),
      };
    case 5: {
      if (routines.length === 0) break;
      const routine = random.pick(routines);
      const on = `${routine.kind.toUpperCase()} ${quoteIdentifier(routine.schema)}.${quoteIdentifier(routine.name)}`;
      return { privilege: random.pick(["EXECUTE", "ALTER ROUTINE"]), on };
    }
    case 6:
      if (roles.length > 0) return { privilege: quoteAccount(random.pick(roles)), on: undefined };
      break;
    default:
      if (accounts.length > 0) return { privilege: "PROXY", on: quoteAccount(random.pick(accounts)) };
  }
  return { privilege: random.pick(GLOBAL), on: "*.*" };
}
