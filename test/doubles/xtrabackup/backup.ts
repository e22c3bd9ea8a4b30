import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { checkKeyringForBackup, keyringOf } from "./keyring.js";
import { type BackupState, clonePayload, STATE_FILE, writePayload } from "./payload.js";
import { missingPrivileges } from "./privileges.js";
import { copies } from "./release.js";
import { type Login, type Server, ServerError } from "./surroundings.js";
import type { Call } from "./tool.js";

/** Statements of which a refusal is only written down (die_on_error false in backup_mysql.cc). */
const OPTIONAL = ["SELECT * FROM performance_schema.replication_group_members"];

interface LogStatus {
  readonly gtidSet: string;
  readonly file: string;
  readonly position: number;
}

/** xb_init(), xtrabackup_backup_func(), backup_start() and backup_finish(), as far as others can see them. */
export async function backUp(call: Call): Promise<void> {
  const { log, surroundings } = call;
  const login = loginOf(call);
  log.note(
    `Connecting to MySQL server host: ${login.host ?? "localhost"}, user: ${login.user ?? "not set"}, ` +
      `password: ${login.password === undefined ? "not set" : "set"}, port: ${login.port ?? "not set"}, ` +
      `socket: ${login.socket ?? "not set"}`,
  );
  const server = await surroundings.connect(login).catch((error: unknown) => {
    if (!(error instanceof ServerError)) throw error;
    return log.error(`Failed to connect to MySQL server: ${error.message}`);
  });
  try {
    await copy(call, server);
  } finally {
    await server.close();
  }
}

/** The library takes `localhost`, and no host, for the socket (sql-common/client.cc); `protocol` is no option of the tool. */
function loginOf({ option }: Call): Login {
  const port = option("port");
  return {
    host: option("host"),
    port: port === undefined ? undefined : Number(port),
    user: option("user"),
    password: option("password"),
    socket: option("socket"),
    tlsMode: (option("ssl-mode") ?? "PREFERRED").toUpperCase(),
    tlsCa: option("ssl-ca"),
  };
}

async function copy(call: Call, server: Server): Promise<void> {
  const { log, release } = call;
  const query = (sql: string) => execute(call, server, sql);
  for (const sql of OPTIONAL) await query(sql);
  const variables = new Map(
    (await query("SHOW VARIABLES")).map((row) => [String(row.Variable_name), String(row.Value)] as const),
  );
  const version = variables.get("version") ?? "";
  if (!copies(release, version)) refuseVersion(call, version);
  log.note(`Using server version ${version}`);
  if (call.has("check-privileges")) await checkPrivileges(call, server);
  await query("LOCK INSTANCE FOR BACKUP");
  await query("SHOW ENGINE INNODB STATUS");
  call.validate();
  const keyring = await keyringOf(query);
  if (keyring !== undefined) checkKeyringForBackup(call, keyring, variables.get("plugin_dir") ?? "");
  const encrypted = await query("SELECT NAME FROM INFORMATION_SCHEMA.INNODB_TABLESPACES WHERE ENCRYPTION = 'Y'");
  for (const name of ["datadir", "log_bin_index"]) requireVisible(call, variables.get(name) ?? "");
  const external = await externalTablespaces(query, variables.get("datadir") ?? "");
  const state: BackupState = {
    serverVersion: version,
    dataFilePath: variables.get("innodb_data_file_path") ?? "ibdata1:10M:autoextend",
    external,
    keyring: encrypted.length > 0 ? keyring?.component : undefined,
  };
  if (call.option("stream") === undefined) log.error("this double streams only");
  const places = checkDirectories(call);
  const payload = mkdtempSync(join(tmpdir(), "gtid-ferry-double-"));
  const data = join(payload, "data");
  try {
    // CLONE takes that lock itself, which is the double's trouble and not the tool's.
    if (call.surroundings.environment.DOUBLE_ROOT_SOCKET !== undefined) await query("UNLOCK INSTANCE");
    makeData(call, data, state);
    if (keyring?.configuration !== undefined)
      copyFileSync(keyring.configuration, join(data, `${keyring.component}.cnf`));
    await query("FLUSH NO_WRITE_TO_BINLOG BINARY LOGS");
    const status = await readLogStatus(query);
    copyBinaryLog(call, variables, status, data);
    await query("FLUSH NO_WRITE_TO_BINLOG ENGINE LOGS");
    await query("UNLOCK INSTANCE");
    writeMetadata(call, data, state, variables, status);
    send(call, data);
    if (places.lsn !== undefined && call.surroundings.environment.DOUBLE_FAULT !== "no-info") {
      writeInfo(call, places.lsn, version, status);
    }
    log.note(`MySQL binlog position: ${positionText(status)}`);
    log.note("Transaction log of lsn (19999000) to (20000100) was copied.");
  } finally {
    rmSync(payload, { recursive: true, force: true });
  }
}

async function execute({ log }: Call, server: Server, sql: string) {
  try {
    return await server.query(sql);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    log.say(`failed to execute query '${sql}' : ${error.errno} (HY000) ${error.message}`);
    if (OPTIONAL.includes(sql)) return [];
    return log.error("exiting");
  }
}

const mountsSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** In a container only what is mounted there is there; DOUBLE_MOUNTS says what that is. */
function requireVisible({ log, surroundings }: Call, path: string): void {
  const { DOUBLE_MOUNTS: mounts } = surroundings.environment;
  if (mounts === undefined || path === "") return;
  const isSeen = mountsSchema.parse(JSON.parse(mounts)).some(({ target }) => `${path}/`.startsWith(`${target}/`));
  if (!isSeen) log.error(`cannot open directory '${path}' (OS errno 2 - No such file or directory)`);
}

function refuseVersion({ log, release }: Call, version: string): never {
  log.say(`Unsupported server version: '${version}'`);
  const servers =
    release.series === "8.0" ? "MySQL 8.0 and Percona Server 8.0" : `MySQL and Percona Server '${release.series}'`;
  return log.error(`This version of Percona XtraBackup can only perform backups and restores against ${servers}`);
}

async function checkPrivileges({ log }: Call, server: Server): Promise<void> {
  const rows = await server.query("SHOW GRANTS");
  const lines = rows.map((row) => String(Object.values(row)[0]));
  const schemas = await server.query("SHOW DATABASES LIKE 'PERCONA_SCHEMA'");
  const missing = missingPrivileges(lines, schemas.length > 0);
  for (const line of missing) log.say(line);
  if (missing.length > 0) log.error("exiting");
}

/** A tablespace with a path of its own comes back to that very path (Tablespace_map in space_map.cc). */
async function externalTablespaces(
  query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>,
  dataDirectory: string,
) {
  const rows = await query("SELECT NAME, PATH FROM INFORMATION_SCHEMA.INNODB_TABLESPACES_BRIEF");
  return rows
    .map((row) => ({ name: String(row.NAME), path: String(row.PATH) }))
    .filter(({ path }) => path.startsWith("/") && path.endsWith(".ibd") && !path.startsWith(dataDirectory));
}

function checkDirectories({ option, log }: Call): { readonly lsn: string | undefined } {
  const target = option("target-dir") ?? "./xtrabackup_backupfiles/";
  if (!existsSync(target)) {
    log.error(`Can't create/write to file '${target}' (OS errno 2 - No such file or directory)`);
  }
  const lsn = option("extra-lsndir");
  if (lsn !== undefined && !existsSync(lsn)) mkdirSync(lsn);
  return { lsn };
}

function makeData(call: Call, data: string, state: BackupState): void {
  const { DOUBLE_ROOT_SOCKET: socket, DOUBLE_MYSQL: mysql, DOUBLE_FAULT: fault } = call.surroundings.environment;
  if (socket !== undefined && mysql !== undefined) clonePayload(mysql, socket, data);
  else writePayload(data, state);
  if (fault === "packed-files") {
    copyFileSync(join(data, "shop/orders.ibd"), join(data, "shop/orders.ibd.zst"));
    rmSync(join(data, "shop/orders.ibd"));
  }
  call.log.note("Streaming ./ibdata1");
}

async function readLogStatus(
  query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>,
): Promise<LogStatus> {
  const [row] = await query(
    "SELECT server_uuid, local, replication, storage_engines FROM performance_schema.log_status",
  );
  const local = row?.LOCAL ?? row?.local;
  const status = (typeof local === "string" ? JSON.parse(local) : local) as Readonly<Record<string, unknown>>;
  return {
    gtidSet: String(status.gtid_executed ?? "").replaceAll("\n", ""),
    file: String(status.binary_log_file ?? ""),
    position: Number(status.binary_log_position ?? 0),
  };
}

/** write_current_binlog_file(): the newest log, and an index that names it alone. */
function copyBinaryLog({ log }: Call, variables: ReadonlyMap<string, string>, { file }: LogStatus, data: string): void {
  if (file === "") return;
  const folder = dirname(variables.get("log_bin_basename") ?? "");
  const index = variables.get("log_bin_index") ?? "";
  if (!existsSync(join(folder, file))) log.error(`cannot open file ${join(folder, file)}`);
  if (!existsSync(index)) log.error(`cannot open binlog index file '${index}'`);
  copyFileSync(join(folder, file), join(data, file));
  writeFileSync(join(data, basename(index)), `./${file}\n`);
}

function writeMetadata(
  call: Call,
  data: string,
  state: BackupState,
  variables: ReadonlyMap<string, string>,
  status: LogStatus,
): void {
  writeFileSync(
    join(data, "backup-my.cnf"),
    `[mysqld]\ninnodb_data_file_path=${state.dataFilePath}\ninnodb_page_size=${variables.get("innodb_page_size")}\n` +
      `innodb_undo_directory=./\ninnodb_undo_tablespaces=2\nserver_uuid=${variables.get("server_uuid")}\nmaster_key_id=0\n`,
  );
  writeFileSync(join(data, "xtrabackup_tablespaces"), JSON.stringify({ external: state.external }));
  writeFileSync(join(data, STATE_FILE), JSON.stringify(state));
  const { file, position, gtidSet } = status;
  if (file !== "") writeFileSync(join(data, "xtrabackup_binlog_info"), `${file}\t${position}\t${gtidSet}\n`);
  writeInfo(call, data, state.serverVersion, status);
}

/** get_xtrabackup_info() and xtrabackup_write_metadata(); the flavor and the kind of lock came with 8.4. */
function writeInfo({ release, argv }: Call, folder: string, serverVersion: string, status: LogStatus): void {
  const lines = [
    "uuid = 6d8d8a3e-0000-4000-8000-000000000002",
    "name = ",
    "tool_name = xtrabackup",
    `tool_command = ${argv.join(" ")}`,
    `tool_version = ${release.text}`,
    `ibbackup_version = ${release.text}`,
    `server_version = ${serverVersion}`,
    ...(release.series === "8.0" ? [] : ["server_flavor = MySQL"]),
    "start_time = 2026-01-31 10:00:00",
    "end_time = 2026-01-31 10:00:05",
    "lock_time = 0",
    `binlog_pos = ${positionText(status)}`,
    "innodb_from_lsn = 0",
    "innodb_to_lsn = 20000000",
    "partial = N",
    "incremental = N",
    "format = xbstream",
    "compressed = N",
    "encrypted = N",
    ...(release.series === "8.0" ? [] : ["lock_ddl_type = LOCK_DDL_ON"]),
  ];
  writeFileSync(join(folder, "xtrabackup_info"), `${lines.join("\n")}\n`);
  const checkpoints = "backup_type = full-backuped\nfrom_lsn = 0\nto_lsn = 20000000\nlast_lsn = 20000100\n";
  writeFileSync(join(folder, "xtrabackup_checkpoints"), checkpoints);
}

function positionText({ file, position, gtidSet }: LogStatus): string {
  const gtids = gtidSet === "" ? "" : `, GTID of the last change '${gtidSet}'`;
  return `filename '${file}', position '${position}'${gtids}`;
}

/** The stream of this double is a tar archive; only its own xbstream reads it. */
function send({ log, surroundings }: Call, data: string): void {
  const fault = surroundings.environment.DOUBLE_FAULT;
  const whole = `tar -C "$1" -cf - ${readdirSync(data).length > 0 ? "." : ""}`;
  const isCut = fault === "exit-after-bytes" || fault === "killed";
  const script = isCut ? `${whole} | head -c 5000000` : whole;
  const { status } = spawnSync("bash", ["-c", script, "send", data], {
    stdio: ["ignore", surroundings.stdout, "inherit"],
  });
  if (fault === "killed") process.kill(process.pid, "SIGKILL");
  if (fault === "exit-after-bytes") {
    log.error("log block numbers mismatch: expected log block no. 3, but got no. 7 from the log file.");
  }
  if (status !== 0) log.error("error writing to the stream");
}
