import { isAtLeast, isRestorableDataFilePath, showTable } from "../../mysql/index.js";
import { type Check, checkOn, type Finding } from "../../operation/index.js";
import { holds, parseGrants } from "../grants.js";
import { counted, enumerate } from "../listing.js";
import type { PreflightContext, ServerObservation } from "../observation.js";
import { judge } from "./judge.js";

export function checkEngines(observation: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(observation.label, "storage-engines", "InnoDB tables only");
  return judge(check, observation.otherEngineTables, ({ rows, total }) => {
    if (total === 0) return check.ok("every table is InnoDB");
    const names = rows.map((row) => `${showTable(row)} (${row.engine ?? "cannot be opened"})`);
    const seen = `${counted(total, "table")}: ${enumerate(names, total)}`;
    const convert = "ALTER TABLE ... ENGINE = InnoDB, or drop them";
    switch (context.backupMethod) {
      case "clone":
        return check.blocker(seen, `CLONE copies them empty: ${convert}, or use backup method xtrabackup`);
      case "xtrabackup":
        return check.warning(seen, `XtraBackup copies them under a lock that stops writes: better ${convert}`);
      default:
        return check.warning(seen, `their writes are not transactional: better ${convert}`);
    }
  });
}

export function checkPrimaryKeys(observation: ServerObservation): Finding {
  const check = checkOn(observation.label, "primary-keys", "a primary key in every table");
  return judge(check, observation.tablesWithoutPrimaryKey, ({ rows, total }) => {
    if (total === 0) return check.ok("every table has one");
    return check.warning(
      `${counted(total, "table")} without: ${enumerate(rows.map(showTable), total)}`,
      "applying UPDATE and DELETE there scans the table for each row: add a primary key where such tables are large",
    );
  });
}

export function checkInstantColumns(observation: ServerObservation, context: PreflightContext): Finding[] {
  if (context.backupMethod !== "xtrabackup") return [];
  const wanted = "no table with INSTANT ADD/DROP COLUMN that an old XtraBackup would refuse";
  const check = checkOn(observation.label, "instant-columns", wanted);
  return [
    judge(check, observation.instantTables, ({ rows, total }) => {
      if (total === 0) return check.ok("no such table");
      return check.warning(
        `${counted(total, "table")}: ${enumerate(rows.map(showTable), total)}`,
        "XtraBackup before 8.0.32 refuses them: use a newer one, or OPTIMIZE TABLE these",
      );
    }),
  ];
}

export function checkClonePlugin(observation: ServerObservation, context: PreflightContext): Finding[] {
  if (context.backupMethod !== "clone") return [];
  const { label, plugins, grantLines, currentAccount } = observation;
  const check = checkOn(label, "clone-plugin", "plugin clone ACTIVE, or the privilege to install it");
  const status = plugins.get("clone");
  const install = "INSTALL PLUGIN clone SONAME 'mysql_clone.so';";
  if (status === "ACTIVE") return [check.ok("ACTIVE")];
  if (status !== undefined) return [check.blocker(`installed, but ${status}`, `UNINSTALL PLUGIN clone; ${install}`)];
  const grants = parseGrants(grantLines);
  const scope = { schema: "mysql", table: "plugin" };
  if (["INSERT", "DELETE"].every((privilege) => holds(grants, privilege, scope))) {
    return [check.warning("not installed", "nothing: the backup installs it, and removes it again")];
  }
  const grant = `GRANT INSERT, DELETE ON mysql.plugin TO ${currentAccount};`;
  return [check.blocker("not installed, and the account may not install it", `${grant} or install it: ${install}`)];
}

const MOVE_INSIDE =
  "for each, a general tablespace: ALTER TABLE ... TABLESPACE innodb_file_per_table for its tables, then DROP TABLESPACE; " +
  "a table with DATA DIRECTORY: CREATE TABLESPACE moving ADD DATAFILE 'moving.ibd'; ALTER TABLE ... TABLESPACE moving; " +
  "ALTER TABLE ... TABLESPACE innodb_file_per_table; DROP TABLESPACE moving; " +
  "a partition: ALTER TABLE ... REORGANIZE PARTITION p INTO (its definition without DATA DIRECTORY)";

export function checkTablespaceFiles(observation: ServerObservation, context: PreflightContext): Finding[] {
  const { backupMethod } = context;
  if (backupMethod === undefined) return [];
  const wanted =
    backupMethod === "clone" ? "no tablespace by an absolute path" : "no tablespace outside the data directory";
  const check = checkOn(observation.label, "tablespace-files", wanted);
  return [
    judge(check, observation.strayTablespaces, ({ rows, total }) => {
      if (total === 0) return check.ok("none");
      const names = rows.map(({ name, path }) => `${name.replace("/", ".")} (${path})`);
      const cannot = "a restore would write to these paths of the source";
      return check.blocker(`${counted(total, "tablespace")}: ${enumerate(names, total)}`, `${cannot}: ${MOVE_INSIDE}`);
    }),
  ];
}

const DEFAULT_DATA_FILE_PATH = "ibdata1:12M:autoextend";

/** The target gets the source's value, which names the files of the system tablespace. */
export function checkSystemTablespace({ label, variables }: ServerObservation): Finding {
  const check = checkOn(label, "system-tablespace", "files of the system tablespace that can lie in one directory");
  const value = variables.get("innodb_data_file_path") ?? DEFAULT_DATA_FILE_PATH;
  if (isRestorableDataFilePath(value)) {
    return check.ok(
      value === DEFAULT_DATA_FILE_PATH ? "the default file" : `${value}; the target gets the same setting`,
    );
  }
  return check.blocker(
    `innodb_data_file_path is ${value}`,
    "move the system tablespace's files into one directory and name them without a path (a dump and a new server, for raw devices)",
  );
}

/** From here on CLONE lets DDL through. */
const CLONE_WITH_DDL = "8.0.27";

export function checkCloneDdl({ label, facts }: ServerObservation, context: PreflightContext): Finding[] {
  if (context.backupMethod !== "clone" || isAtLeast(facts.version, CLONE_WITH_DDL)) return [];
  const check = checkOn(label, "clone-ddl", "a backup that holds up no DDL");
  const seen = `MySQL ${facts.version.text} blocks DDL for as long as CLONE copies (from ${CLONE_WITH_DDL} on it does not)`;
  return [check.warning(seen, "take the backup when no DDL is due, or use backup method xtrabackup")];
}

const ENCRYPTION_VARIABLES = ["innodb_redo_log_encrypt", "innodb_undo_log_encrypt", "binlog_encryption"];

export function checkEncryption(observation: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(observation.label, "encryption", "nothing encrypted, or its key on the target too");
  return judge(check, observation.encryptedTablespaces, ({ rows, total }) => {
    const logs = ENCRYPTION_VARIABLES.filter((name) => observation.variables.get(name) === "ON");
    if (total === 0 && logs.length === 0) return check.ok("nothing is encrypted");
    const seen = [...(total === 0 ? [] : [`tablespaces ${enumerate(rows, total)}`]), ...logs].join(", ");
    if (context.backupMethod === undefined) {
      return check.warning(seen, "give the target the same keyring component with the same keys before the restore");
    }
    return judge(check, observation.activeKeyring, (keyring) => judgeKeyring(check, seen, keyring, context));
  });
}

/** A restored server is started with a keyring component of the source's kind; of plugins nothing is carried. */
function judgeKeyring(
  check: Check,
  encrypted: string,
  keyring: string | undefined,
  context: PreflightContext,
): Finding {
  const { targetKeyring } = context;
  const seen = `${encrypted}, with the keys of ${keyring ?? "no active keyring"}`;
  if (keyring?.startsWith("component_") !== true) {
    const migrate = "move the keys into a keyring component with mysql_migrate_keyring, and load that instead";
    return check.blocker(seen, `${migrate}: a target and XtraBackup can only be given a component`);
  }
  if (keyring === targetKeyring) return check.ok(`${seen}, which the target is given too`);
  return check.blocker(
    `${seen}; the target is given ${targetKeyring ?? "none"}`,
    `give the restore ${keyring} with the source's keys: targetKeyringConfig, or keyring in chartValues`,
  );
}

export function checkKeyringPair(source: ServerObservation, target: ServerObservation): Finding[] {
  const isEncrypted = "value" in source.encryptedTablespaces && source.encryptedTablespaces.value.total > 0;
  if (!isEncrypted) return [];
  const check = checkOn(target.label, "keyring", "an active keyring with the source's keys");
  return [
    judge(check, target.activeKeyring, (keyring) =>
      keyring === undefined
        ? check.blocker("none", "configure the source's keyring component on the target, with its keys")
        : check.ok(keyring),
    ),
  ];
}
