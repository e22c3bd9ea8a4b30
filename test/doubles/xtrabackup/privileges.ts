interface Demand {
  readonly privilege: string;
  readonly schema: string;
  readonly table: string;
}

const everywhere = (privilege: string): Demand => ({ privilege, schema: "*", table: "*" });

/** What a plain backup demands: check_all_privileges() in percona-xtrabackup src/xtrabackup.cc. */
function demands(hasSchema: boolean): readonly Demand[] {
  return [
    everywhere("BACKUP_ADMIN"),
    { privilege: "SELECT", schema: "PERFORMANCE_SCHEMA", table: "LOG_STATUS" },
    everywhere("SHOW DATABASES"),
    { privilege: "SELECT", schema: "INFORMATION_SCHEMA", table: "PLUGINS" },
    everywhere("PROCESS"),
    hasSchema ? { privilege: "CREATE", schema: "PERCONA_SCHEMA", table: "*" } : everywhere("CREATE"),
    everywhere("RELOAD"),
  ];
}

/** Lines that `--check-privileges` writes before it ends; none where the account will do. */
export function missingPrivileges(grantLines: readonly string[], hasSchema: boolean): string[] {
  return demands(hasSchema)
    .filter((demand) => !isGranted(grantLines, demand))
    .map(({ privilege, schema, table }) => ` missing required privilege ${privilege} on ${schema}.${table}`);
}

/** has_privilege(): one regular expression over each line, in which `|` parts more than it seems. */
function isGranted(grantLines: readonly string[], { privilege, schema, table }: Demand): boolean {
  const name = (text: string) => (text === "*" ? "\\*" : text);
  const pattern = `GRANT .*(${privilege})|(ALL PRIVILEGES).* ON (\\*|\`${name(schema)}\`)\\.(\\*|\`${name(table)}\`)`;
  return grantLines.some((line) => new RegExp(pattern).test(line));
}
