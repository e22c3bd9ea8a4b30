import { spawnSync } from "node:child_process";
import mysql from "mysql2/promise";
import { type Login, type Server, ServerError } from "./surroundings.js";

/**
 * Logs in as the tool would: MySQL's own client tries it first, with the tool's host, socket, TLS and no request for the
 * server's public key (xb_mysql_connect() in backup_mysql.cc applies none), so that a refusal is the server's.
 */
export async function connect(login: Login): Promise<Server> {
  const { host, port, user, password, socket, tlsMode, tlsCa } = login;
  const program = process.env.DOUBLE_MYSQL;
  if (program === undefined) throw new Error("DOUBLE_MYSQL does not name a mysql client");
  const argv = [
    "--no-defaults",
    ...Object.entries({ host, port, user, socket, "ssl-ca": tlsCa }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}=${value}`],
    ),
    `--ssl-mode=${tlsMode}`,
    "-e",
    "SELECT 1",
  ];
  const environment = { ...process.env, MYSQL_PWD: password ?? "", MYSQL_TEST_LOGIN_FILE: "/nonexistent" };
  const { status, stderr } = spawnSync(program, argv, { encoding: "utf8", env: environment });
  if (status !== 0) {
    const [, errno = "2000", text = stderr.trim()] = /ERROR (\d+)(?: \([^)]*\))?: (.*)/s.exec(stderr) ?? [];
    throw new ServerError(text.trim(), Number(errno));
  }
  const isSocket = host === undefined || host === "localhost";
  const connection = await mysql.createConnection({
    ...(user === undefined ? {} : { user }),
    password: password ?? "",
    ...(isSocket ? { socketPath: socket ?? "/tmp/mysql.sock" } : { host, port: port ?? 3306 }),
    ...(isSocket || tlsMode === "DISABLED" ? {} : { ssl: { rejectUnauthorized: false } }),
    supportBigNumbers: true,
  });
  return {
    async query(sql) {
      try {
        const [rows] = await connection.query(sql);
        return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
      } catch (error) {
        const { errno = 0, message } = error as Error & { readonly errno?: number };
        throw new ServerError(message, errno);
      }
    },
    close: () => connection.end(),
  };
}
