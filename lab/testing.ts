import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureMysql, type MysqlInstallation } from "../toolchain/mysql.js";
import { paths } from "../toolchain/paths.js";
import { APPLICATION } from "./defaults.js";
import { LabMysqld, type MysqldSettings, type Row } from "./mysqld/index.js";

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

let installation: Promise<MysqlInstallation> | undefined;

/** The MySQL programs that tests use; found once per test process. */
export function testInstallation(): Promise<MysqlInstallation> {
  installation ??= ensureMysql(silent);
  return installation;
}

/** Starts a fresh server as a legacy source has it (`SOURCE_SETTINGS`), with `settings` on top. */
export async function startTestMysql(request: {
  readonly name: string;
  readonly settings?: MysqldSettings;
}): Promise<TestMysql> {
  const directory = await makeTestDirectory(request.name);
  const { settings = {} } = request;
  // A test server's data need not outlive the machine.
  const options = { directory, settings: { innodb_redo_log_capacity: "32M", ...settings } };
  const server = await LabMysqld.start(await testInstallation(), options);
  return {
    options: server.administrator(),
    app: APPLICATION,
    directory,
    port: server.port,
    socket: server.socket,
    rootQuery: (...statements) => server.rootQuery(...statements),
    stop: async () => {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    },
    kill: () => server.kill(),
    restart: () => server.restart(),
    errorLog: () => server.errorLog(),
  };
}

/** A new empty directory of the project for one test. */
export async function makeTestDirectory(name: string): Promise<string> {
  const parent = join(paths.ferry, "test");
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, `${name}-`));
}
