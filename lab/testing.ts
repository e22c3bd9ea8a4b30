import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureHaproxy, type HaproxyInstallation } from "../toolchain/haproxy.js";
import { ensureMysql, type MysqlInstallation } from "../toolchain/mysql.js";
import { ensureMysqlSaying } from "../toolchain/mysql-saying.js";
import { ensurePythonTools, type PythonTools } from "../toolchain/python.js";
import { ensureVault } from "../toolchain/vault.js";
import { APPLICATION } from "./defaults.js";
import { type HaproxyRequest, type LabHaproxy, startHaproxy } from "./haproxy.js";
import { LabMysqld, type MysqldOptions, type MysqldSettings, type Row } from "./mysqld/index.js";
import { killProcess, readProcess } from "./process/index.js";
import { type S3Access, startS3, stopS3 } from "./s3.js";
import { makeTestDirectory, removeTestDirectory } from "./test-directories.js";
import { startVault, stopVault, type VaultClient, type VaultOptions } from "./vault/index.js";

export { makeTestDirectory, removeTestDirectory };

export interface TestMysql {
  /** Of the administrator. */
  readonly options: ConnectionOptions;
  readonly app: { readonly user: string; readonly password: string };
  /** With my.cnf, data/, mysqld.sock and error.log; removed by `stop`. */
  readonly directory: string;
  readonly port: number;
  readonly socket: string;
  /** Runs statements as root in one session and gives the rows of the last. */
  rootQuery(...statements: readonly string[]): Promise<Row[]>;
  /** Ends the server and removes its directory. */
  stop(): Promise<void>;
  /** SIGKILL; the directory stays, `restart` starts it again. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  errorLog(): Promise<string>;
}

export interface TestS3 extends S3Access {
  stop(): Promise<void>;
}

const installations = new Map<string | undefined, Promise<MysqlInstallation>>();

/**
 * The MySQL programs that tests use, found once per test process.
 *
 * @param saysVersion The release that its servers say to be of. @default their own
 */
export function testInstallation(saysVersion?: string): Promise<MysqlInstallation> {
  const found =
    installations.get(saysVersion) ??
    (saysVersion === undefined ? ensureMysql(silent) : ensureMysqlSaying(saysVersion, silent));
  installations.set(saysVersion, found);
  return found;
}

export interface TestHaproxy extends LabHaproxy {
  /** SIGKILL; `restart` starts it again, as its configuration has it. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

let haproxy: Promise<HaproxyInstallation> | undefined;

/** A HAProxy of its own before two servers; `stop` ends it. */
export async function startTestHaproxy(backends: HaproxyRequest["backends"]): Promise<TestHaproxy> {
  haproxy ??= ensureHaproxy(silent);
  const { haproxy: program } = await haproxy;
  const directory = await makeTestDirectory("haproxy");
  const started = await startHaproxy(program, { directory, backends });
  const kill = async () => {
    const process = readProcess(directory);
    if (process !== undefined) await killProcess(process);
  };
  return {
    ...started,
    kill,
    restart: async () => {
      await startHaproxy(program, { directory, backends, port: started.port });
    },
    stop: async () => {
      await kill();
      await removeTestDirectory(directory);
    },
  };
}

let pythonTools: Promise<PythonTools> | undefined;

/** The AWS CLI and moto; found once per test process. */
export function testPythonTools(): Promise<PythonTools> {
  pythonTools ??= ensurePythonTools(silent);
  return pythonTools;
}

/** Starts a fresh server as a legacy source has it (`SOURCE_SETTINGS`), with `settings` on top. */
export async function startTestMysql(request: {
  readonly name: string;
  readonly settings?: MysqldSettings;
  /** Comes before the command that starts it. */
  readonly prefix?: readonly string[];
  /** The release that it says to be of. @default its own */
  readonly saysVersion?: string | undefined;
}): Promise<TestMysql> {
  const directory = await makeTestDirectory(request.name);
  const { settings = {}, prefix = [] } = request;
  // A test server's data need not outlive the machine.
  const options = { directory, settings: { innodb_redo_log_capacity: "32M", ...settings }, prefix };
  const server = await startOrRemove(await testInstallation(request.saysVersion), options);
  return {
    options: server.administrator(),
    app: APPLICATION,
    directory,
    port: server.port,
    socket: server.socket,
    rootQuery: (...statements) => server.rootQuery(...statements),
    stop: async () => {
      await server.kill();
      await removeTestDirectory(directory);
    },
    kill: () => server.kill(),
    restart: () => server.restart(),
    errorLog: () => server.errorLog(),
  };
}

async function startOrRemove(programs: MysqlInstallation, options: MysqldOptions): Promise<LabMysqld> {
  try {
    return await LabMysqld.start(programs, options);
  } catch (error) {
    await removeTestDirectory(options.directory);
    throw error;
  }
}

/** Starts an S3 server with one empty bucket; its data are gone with `stop`. */
export async function startTestS3(): Promise<TestS3> {
  const directory = await makeTestDirectory("s3");
  const { motoServer } = await testPythonTools();
  const access = await startS3(motoServer, { directory });
  return {
    ...access,
    stop: async () => {
      await stopS3(directory);
      await removeTestDirectory(directory);
    },
  };
}

export interface TestVault {
  readonly root: VaultClient;
  stop(): Promise<void>;
}

/** Starts an empty Vault, which has to be built first where nobody has done that yet (some minutes). */
export async function startTestVault(options: Pick<VaultOptions, "host"> = {}): Promise<TestVault> {
  const { vaultDevServer } = await ensureVault(silent);
  const directory = await makeTestDirectory("vault");
  const root = await startVault(vaultDevServer, { ...options, directory });
  return {
    root,
    stop: async () => {
      await stopVault(directory);
      await removeTestDirectory(directory);
    },
  };
}
