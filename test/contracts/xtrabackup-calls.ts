import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeLoginFile } from "../doubles/mysys/login-file.js";
import { type Server, ServerError } from "../doubles/xtrabackup/surroundings.js";
import { xtrabackup } from "../doubles/xtrabackup/tool.js";
import type { Outcome } from "./contract.js";

type Row = Readonly<Record<string, unknown>>;

/** A server as the tool sees it: what it answers, and what it refuses. */
export interface Answers {
  readonly version?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Lines of SHOW GRANTS. */
  readonly grants?: readonly string[];
  /** Statements that begin so are refused. */
  readonly refused?: string;
  readonly keyring?: string;
  readonly encrypted?: readonly string[];
  readonly external?: Readonly<Record<string, string>>;
  /** Who may log in; anybody without. */
  readonly account?: { readonly user: string; readonly password: string };
}

export const GRANTS = [
  "GRANT SELECT, RELOAD, PROCESS, SHOW DATABASES, LOCK TABLES, CREATE USER, REPLICATION CLIENT ON *.* TO `backup`@`%`",
  "GRANT BACKUP_ADMIN ON *.* TO `backup`@`%`",
];

function fakeServer(answers: Answers, directory: string): Server {
  const { version = "9.7.4", variables = {}, grants = GRANTS, keyring, encrypted = [], external = {} } = answers;
  const all = {
    version,
    datadir: `${directory}/`,
    plugin_dir: `${directory}/plugin/`,
    innodb_data_file_path: "ibdata1:12M:autoextend",
    innodb_page_size: "16384",
    server_uuid: "9a4f7b10-0000-4000-8000-000000000001",
    log_bin_basename: `${directory}/binlog`,
    log_bin_index: `${directory}/binlog.index`,
    ...variables,
  };
  const local = {
    gtid_executed: "9a4f7b10-0000-4000-8000-000000000001:1-9",
    binary_log_file: "binlog.000007",
    binary_log_position: 157,
  };
  const rows: readonly (readonly [string, readonly Row[]])[] = [
    ["SHOW VARIABLES", Object.entries(all).map(([Variable_name, Value]) => ({ Variable_name, Value }))],
    ["SHOW GRANTS", grants.map((line) => ({ Grants: line }))],
    ["SELECT lower(STATUS_KEY)", keyring === undefined ? [] : [{ name: "component_name", value: keyring }]],
    ["SELECT NAME FROM", encrypted.map((NAME) => ({ NAME }))],
    ["SELECT NAME, PATH", Object.entries(external).map(([NAME, PATH]) => ({ NAME, PATH }))],
    ["SELECT server_uuid, local", [{ LOCAL: JSON.stringify(local) }]],
  ];
  return {
    query: async (sql) => {
      if (answers.refused !== undefined && sql.startsWith(answers.refused)) {
        throw new ServerError("Access denied; you need (at least one of) the required privilege(s)", 1227);
      }
      return rows.find(([begin]) => sql.startsWith(begin))?.[1] ?? [];
    },
    close: async () => undefined,
  };
}

export interface Setting {
  readonly release?: string;
  readonly build?: string;
  readonly answers?: Answers;
  /** Text of the file that --defaults-file names. */
  readonly options?: string;
  /** Text of ~/.my.cnf. */
  readonly myCnf?: string;
  /** Lines of ~/.mylogin.cnf. */
  readonly loginFile?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files in the folder of the call, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export const OPTIONS = '[client]\nuser="backup"\npassword="secret"\nhost="10.1.2.3"\nport=3306\nssl-mode=REQUIRED\n';

/** A backup as scripts/backup.sh takes it; DIR in a word is the folder of the call. */
export const BACKUP = [
  "--defaults-file=DIR/client.cnf",
  "--backup",
  "--stream=xbstream",
  "--parallel=2",
  "--target-dir=DIR/target",
  "--extra-lsndir=DIR/lsn",
];
/** As scripts/restore.sh calls it. */
export const PREPARE = ["--no-defaults", "--prepare", "--use-memory=1G", "--target-dir=DIR/extract"];
export const MOVE_BACK = [
  "--no-defaults",
  "--move-back",
  "--datadir=DIR/data",
  "--log-bin=binlog",
  "--innodb-data-file-path=ibdata1:12M:autoextend",
  "--target-dir=DIR/extract",
];

/** Calls the double in a folder of its own, before a server that is made up. */
export async function call(words: readonly string[], setting: Setting = {}): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), "gtid-ferry-contract-"));
  const output: string[] = [];
  const nowhere = openSync("/dev/null", "w");
  const put = (name: string, text: string | Buffer) => {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), text, { mode: 0o600 });
  };
  try {
    for (const name of ["target", "home", "plugin"]) mkdirSync(join(directory, name));
    put("client.cnf", setting.options ?? OPTIONS);
    put("binlog.000007", "events");
    put("binlog.index", "./binlog.000007\n");
    if (setting.myCnf !== undefined) put("home/.my.cnf", setting.myCnf);
    if (setting.loginFile !== undefined) put("home/.mylogin.cnf", encodeLoginFile(setting.loginFile));
    for (const [name, text] of Object.entries(setting.files ?? {})) put(name, text.replaceAll("DIR", directory));
    const { answers = {} } = setting;
    const exitCode = await xtrabackup(
      words.map((word) => word.replace("DIR", directory)),
      {
        environment: {
          HOME: join(directory, "home"),
          DOUBLE_VERSION: setting.release ?? "9.7.2-2",
          ...(setting.build === undefined ? {} : { DOUBLE_BUILD: setting.build }),
          ...setting.environment,
        },
        stdout: nowhere,
        log: (line) => output.push(line),
        print: (text) => output.push(text),
        connect: async ({ user, password }) => {
          if (
            answers.account !== undefined &&
            (user !== answers.account.user || password !== answers.account.password)
          ) {
            throw new ServerError(`Access denied for user '${user}'@'localhost' (using password: YES)`, 1045);
          }
          return fakeServer(answers, directory);
        },
      },
    );
    return { exitCode, output: output.join("\n") };
  } finally {
    closeSync(nowhere);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A backup that xbstream has extracted, by name of file. */
export function extracted(
  changes: Readonly<Record<string, string>> = {},
  state: object = {},
): Readonly<Record<string, string>> {
  const files = {
    xtrabackup_checkpoints: "backup_type = full-backuped\n",
    xtrabackup_info: "server_version = 9.7.4\nserver_flavor = MySQL\n",
    "backup-my.cnf": "[mysqld]\ninnodb_data_file_path=ibdata1:12M:autoextend\n",
    "double.json": JSON.stringify({ dataFilePath: "ibdata1:12M:autoextend", external: [], ...state }),
    ibdata1: "system",
    "mysql.ibd": "dictionary",
    ...changes,
  };
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`extract/${name}`, text]));
}
