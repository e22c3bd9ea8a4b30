import { LAB_HOST } from "../defaults.js";

/** Settings of mysqld by name, as my.cnf has them. */
export type MysqldSettings = Readonly<Record<string, string | number>>;

/**
 * A server as one finds it before a migration: no GTIDs, and binary logs that are gone too soon for one. The rest is
 * what careful owners have, with little memory.
 */
export const SOURCE_SETTINGS: MysqldSettings = {
  gtid_mode: "OFF",
  enforce_gtid_consistency: "OFF",
  log_bin: "binlog",
  log_replica_updates: "ON",
  binlog_expire_logs_seconds: 7200,
  sync_binlog: 1,
  innodb_flush_log_at_trx_commit: 1,
  innodb_buffer_pool_size: "128M",
  event_scheduler: "ON",
  // Without names a TCP connection is never from "localhost", so root, who has no password, is for the socket only.
  skip_name_resolve: "ON",
};

/** Settings that are fixed when a data directory is made and must be the same at every start. */
const INITIAL_SETTINGS = ["lower_case_table_names", "innodb_page_size", "innodb_data_file_path"];

export function initialSettings(settings: MysqldSettings): MysqldSettings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => INITIAL_SETTINGS.includes(normalised(name))));
}

/** Later settings replace earlier ones, whether a name is written with `-` or `_`. */
export function mergeSettings(...all: readonly MysqldSettings[]): MysqldSettings {
  return Object.fromEntries(
    all.flatMap((settings) => Object.entries(settings).map(([name, value]) => [normalised(name), value])),
  );
}

function normalised(name: string): string {
  return name.replaceAll("-", "_");
}

export interface MysqldPlace {
  readonly dataDirectory: string;
  readonly socket: string;
  readonly errorLog: string;
  /** @default LAB_HOST */
  readonly address?: string;
}

/** Settings that make a server one of the lab; nothing may override where its files are and where it listens. */
export function placeSettings(place: MysqldPlace): MysqldSettings {
  return {
    datadir: place.dataDirectory,
    socket: place.socket,
    pid_file: `${place.dataDirectory}/mysqld.pid`,
    log_error: place.errorLog,
    bind_address: place.address === undefined ? LAB_HOST : `${LAB_HOST},${place.address}`,
    secure_file_priv: "NULL",
    loose_mysqlx: "OFF",
    ...(process.getuid?.() === 0 ? { user: "root" } : {}),
  };
}

/** The text of a my.cnf. */
export function configurationText(settings: MysqldSettings): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${optionValue(name, value)}\n`);
  return `[mysqld]\n${lines.join("")}`;
}

function optionValue(name: string, value: string | number): string {
  const text = String(value);
  if (/[\r\n]/.test(text)) throw new Error(`setting ${name} has more than one line`);
  // In an option file # starts a comment, and a backslash escapes.
  return /[#;\\"' ]/.test(text) ? `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"` : text;
}
