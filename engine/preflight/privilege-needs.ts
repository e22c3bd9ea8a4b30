import { ADMIN_SCHEMA } from "../mysql/index.js";
import { type Grant, holds, type PrivilegeScope } from "./grants.js";
import type { PreflightContext, Role } from "./observation.js";

/** One privilege that the administrator's account needs, and what for. */
export interface PrivilegeNeed {
  readonly privilege: string;
  /** Any of these does as well. */
  readonly insteadOf?: readonly string[];
  readonly scope: PrivilegeScope;
  /** Whether it must be held WITH GRANT OPTION. */
  readonly grantable?: boolean;
  readonly role: Role;
  readonly why: string;
  readonly when?: (context: PreflightContext) => boolean;
}

const isPrepare = (context: PreflightContext) => context.purpose === "prepare";
const isSwitchover = (context: PreflightContext) => context.purpose === "switchover";
const isXtrabackup = (context: PreflightContext) => context.backupMethod === "xtrabackup";
const isClone = (context: PreflightContext) => context.backupMethod === "clone";
const table = (name: string): PrivilegeScope => ({ schema: "performance_schema", table: name });

/** Everything that the engine's statements need, phase by phase. */
export const PRIVILEGE_NEEDS: readonly PrivilegeNeed[] = [
  {
    privilege: "SYSTEM_VARIABLES_ADMIN",
    insteadOf: ["SUPER"],
    scope: "global",
    role: "source",
    why: "sets gtid_mode and the binlog retention, and sql_log_bin for its own session",
    when: isPrepare,
  },
  {
    privilege: "PERSIST_RO_VARIABLES_ADMIN",
    scope: "global",
    role: "source",
    why: "forgets the persisted gtid_mode when the migration is cancelled (RESET PERSIST)",
    when: isPrepare,
  },
  ...["CREATE", "DROP", "INSERT", "DELETE"].map(
    (privilege): PrivilegeNeed => ({
      privilege,
      scope: { schema: ADMIN_SCHEMA },
      role: "source",
      why: "keeps the original settings in a schema of its own",
      when: isPrepare,
    }),
  ),
  {
    privilege: "CREATE USER",
    scope: "global",
    role: "source",
    why: "creates the replication account",
    when: isPrepare,
  },
  {
    privilege: "REPLICATION SLAVE",
    scope: "global",
    grantable: true,
    role: "source",
    why: "is granted to the replication account",
    when: isPrepare,
  },
  { privilege: "RELOAD", scope: "global", role: "source", why: "FLUSH BINARY LOGS, and the backup's locks" },
  { privilege: "REPLICATION CLIENT", scope: "global", role: "source", why: "reads binary log and replica status" },
  { privilege: "PROCESS", scope: "global", role: "source", why: "sees other sessions, transactions and tablespaces" },
  { privilege: "SELECT", scope: "global", role: "source", why: "sees every table, account and status row" },
  { privilege: "EVENT", scope: "global", role: "source", why: "sees the events, which must not run on two servers" },
  { privilege: "XA_RECOVER_ADMIN", scope: "global", role: "source", why: "sees prepared XA transactions" },
  ...(["source", "target"] as const).flatMap((role): PrivilegeNeed[] => [
    { privilege: "TRIGGER", scope: "global", role, why: "sees the triggers, which are compared" },
    { privilege: "SHOW VIEW", scope: "global", role, why: "sees the views' definitions, which are compared" },
  ]),
  {
    privilege: "BACKUP_ADMIN",
    scope: "global",
    role: "source",
    why: "takes the backup",
    when: (context) => context.backupMethod !== undefined,
  },
  ...["INSERT", "DELETE"].map(
    (privilege): PrivilegeNeed => ({
      privilege,
      scope: { schema: "mysql", table: "plugin" },
      role: "source",
      why: "the backup installs the clone plugin where it is missing, and removes it",
      when: isClone,
    }),
  ),
  {
    privilege: "LOCK TABLES",
    scope: "global",
    role: "source",
    why: "xtrabackup locks other engines",
    when: isXtrabackup,
  },
  { privilege: "SELECT", scope: table("log_status"), role: "source", why: "xtrabackup reads it", when: isXtrabackup },
  {
    privilege: "SELECT",
    scope: table("keyring_component_status"),
    role: "source",
    why: "xtrabackup reads it",
    when: isXtrabackup,
  },
  {
    privilege: "SELECT",
    scope: table("replication_group_members"),
    role: "source",
    why: "xtrabackup reads it",
    when: isXtrabackup,
  },
  ...(["source", "target"] as const).flatMap((role): PrivilegeNeed[] => [
    {
      privilege: "CONNECTION_ADMIN",
      insteadOf: ["SUPER"],
      scope: "global",
      role,
      why: "ends the fail-safe, and writes the journal while read_only is ON",
      when: isSwitchover,
    },
    {
      privilege: "PERSIST_RO_VARIABLES_ADMIN",
      scope: "global",
      role,
      why: "lets a server come up in its role after a restart (SET PERSIST_ONLY)",
      when: isSwitchover,
    },
    ...["CREATE", "INSERT", "UPDATE", "EVENT"].map(
      (privilege): PrivilegeNeed => ({
        privilege,
        scope: { schema: ADMIN_SCHEMA },
        role,
        why: "keeps the journal, and the event that lifts a fence by itself",
        when: isSwitchover,
      }),
    ),
  ]),
  {
    privilege: "SYSTEM_VARIABLES_ADMIN",
    insteadOf: ["SUPER"],
    scope: "global",
    role: "source",
    why: "fences the primary",
    when: isSwitchover,
  },
  {
    privilege: "REPLICATION_SLAVE_ADMIN",
    insteadOf: ["SUPER"],
    scope: "global",
    role: "source",
    why: "replicates from its successor",
    when: isSwitchover,
  },
  {
    privilege: "REPLICATION_SLAVE_ADMIN",
    insteadOf: ["SUPER"],
    scope: "global",
    role: "target",
    why: "configures and starts the channel",
  },
  {
    privilege: "SYSTEM_VARIABLES_ADMIN",
    insteadOf: ["SUPER"],
    scope: "global",
    role: "target",
    why: "sets super_read_only, and sql_log_bin for its own session",
  },
  { privilege: "RELOAD", scope: "global", role: "target", why: "RESET REPLICA" },
  { privilege: "REPLICATION CLIENT", scope: "global", role: "target", why: "reads replica status" },
  { privilege: "PROCESS", scope: "global", role: "target", why: "sees other sessions" },
  { privilege: "SELECT", scope: "global", role: "target", why: "compares the data and reads status rows" },
  { privilege: "EVENT", scope: "global", role: "target", why: "sees the events, which must not run on two servers" },
];

export function missingPrivileges(grants: readonly Grant[], role: Role, context: PreflightContext): PrivilegeNeed[] {
  return PRIVILEGE_NEEDS.filter(
    (need) =>
      need.role === role &&
      (need.when?.(context) ?? true) &&
      ![need.privilege, ...(need.insteadOf ?? [])].some((name) =>
        holds(grants, name, need.scope, { grantable: need.grantable ?? false }),
      ),
  );
}

/** The GRANT that satisfies a need, without the account. */
export function grantFor(need: PrivilegeNeed, account: string): string {
  const on = need.scope === "global" ? "*.*" : `${need.scope.schema}.${need.scope.table ?? "*"}`;
  return `GRANT ${need.privilege} ON ${on} TO ${account}${need.grantable === true ? " WITH GRANT OPTION" : ""};`;
}
