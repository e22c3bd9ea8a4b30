import { always, type Names } from "./lifetime.js";

/** Options of MySQL's own programs that the engine, the scripts and the chart give them. */
export const PROGRAM_OPTIONS: Readonly<Record<"mysqld" | "mysql" | "mysqladmin" | "mysqlbinlog", Names>> = {
  mysqld: always("defaults-file no-defaults version initialize-insecure"),
  mysql: always("defaults-file batch raw skip-column-names execute"),
  mysqladmin: always("no-defaults socket user connect-timeout"),
  mysqlbinlog: always("defaults-file read-from-remote-server base64-output verbose print-table-metadata include-gtids"),
};

/** Options of mysqld that are no variables, and that a target is started with. */
export const SERVER_OPTIONS: Names = {
  ...always("user mysqlx default_time_zone sysdate_is_now replicate_same_server_id"),
  // 8.0.34 to 8.4: written with loose_ before.
  mysql_native_password: {
    since: "8.4.0",
    removed: "9.0.0",
    because: "written with the prefix loose_",
    usedIn: ["engine/mysql/variables/target-settings.ts"],
  },
};
