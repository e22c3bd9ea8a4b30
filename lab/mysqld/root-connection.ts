import { type Connection, createConnection } from "mysql2/promise";

export type Row = Readonly<Record<string, unknown>>;

/** A connection of root, who has no password and can come through the socket only. Close it with `end`. */
export async function connectAsRoot(socket: string): Promise<Connection> {
  const connection = await createConnection({
    socketPath: socket,
    user: "root",
    charset: "utf8mb4",
    dateStrings: true,
    supportBigNumbers: true,
  });
  // A dropped connection surfaces in the next query; without a listener Node would end the process.
  connection.on("error", () => undefined);
  return connection;
}

/** Runs statements in one session of root; gives the rows of the last one, none where it has no result. */
export async function queryAsRoot(socket: string, ...statements: readonly string[]): Promise<Row[]> {
  const connection = await connectAsRoot(socket);
  try {
    let last: unknown = [];
    for (const sql of statements) [last] = await connection.query(sql);
    return Array.isArray(last) ? last : [];
  } finally {
    await connection.end();
  }
}
