import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { GtidSet } from "../gtid/index.js";
import { BoundedText } from "../hosts/bounded-text.js";
import { addressOf, type ConnectionOptions } from "../mysql/index.js";
import { FerryError, messageOf } from "../operation/index.js";
import { includedGtids } from "./included-gtids.js";
import { type MysqlbinlogLogin, makeLogin } from "./mysqlbinlog-login.js";

export interface MysqlbinlogRequest {
  readonly connection: ConnectionOptions;
  readonly file: string;
  /** Other transactions are mostly left out; a long set may let some through. */
  readonly gtids: GtidSet;
  /** Name or path of the program. @default "mysqlbinlog" */
  readonly program?: string;
  /** For the whole file. @default 1800 */
  readonly timeoutSeconds?: number;
}

const STDERR_LIMIT_BYTES = 8 * 1024;

/**
 * What mysqlbinlog prints for one file of a server, row changes in clear. The login is in a file of mode 0600 while it
 * runs. An end that was no success is a FerryError; the program never outlives the loop over its output.
 */
export async function* readWithMysqlbinlog(request: MysqlbinlogRequest): AsyncGenerator<Buffer> {
  const login = await makeLogin(request.connection);
  try {
    yield* run(request, login);
  } finally {
    await login.close();
  }
}

async function* run(request: MysqlbinlogRequest, login: MysqlbinlogLogin): AsyncGenerator<Buffer> {
  const program = request.program ?? "mysqlbinlog";
  const argv = [
    `--defaults-file=${login.optionFile}`,
    "--read-from-remote-server",
    "--base64-output=decode-rows",
    "-vv",
    "--print-table-metadata",
    `--include-gtids=${includedGtids(request.gtids)}`,
    request.file,
  ];
  // The user's login file would win over the option file.
  const env = { ...process.env, MYSQL_TEST_LOGIN_FILE: join(login.directory, "no-login-file") };
  const child = spawn(program, argv, { stdio: ["ignore", "pipe", "pipe"], env });
  const stderr = new BoundedText(STDERR_LIMIT_BYTES);
  child.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
  const end = endOf(child);
  let expired = false;
  const timeoutSeconds = request.timeoutSeconds ?? 1800;
  const timer = setTimeout(() => {
    expired = true;
    child.kill("SIGKILL");
  }, timeoutSeconds * 1000);
  const where = `${addressOf(request.connection)}, ${request.file}`;
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const seen = await end;
    if (expired) throw failure(where, `no end after ${timeoutSeconds} s; it was killed`);
    if (seen !== "exit code 0") throw login.tunnelError() ?? failure(where, `${seen} ${stderr}`.trim());
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await end;
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return code === null ? `ended by ${signal}` : `exit code ${code}`;
  } catch (error) {
    return messageOf(error);
  }
}

function failure(where: string, seen: string): FerryError {
  return new FerryError({
    failed: "reading a binary log with mysqlbinlog",
    where,
    seen,
    wanted: "MySQL's mysqlbinlog, not older than the server, and an account with REPLICATION SLAVE",
    next: "install MySQL's client programs of the server's series where this runs, then run again",
  });
}
