import { messageOf } from "@gtid-ferry/engine/operation";
import type { Connection } from "mysql2/promise";
import { connectAsRoot, type Row } from "../../../lab/mysqld/root-connection.js";

/** Lets values in that a server may hold from earlier times, dates above all. */
const LENIENT = "ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION";
const SHOWN = 600;

/** A session of root on one server, in which everybody's statements run until its end. */
export class Session {
  private constructor(private readonly connection: Connection) {}

  static async open(socket: string): Promise<Session> {
    const session = new Session(await connectAsRoot(socket));
    await session.run(
      "SET NAMES utf8mb4",
      `SET SESSION sql_mode = '${LENIENT}', time_zone = '+00:00', foreign_key_checks = 1, print_identified_with_as_hex = 1`,
      "SET SESSION information_schema_stats_expiry = 0, cte_max_recursion_depth = 100000, show_gipk_in_create_table_and_information_schema = 1",
    );
    return session;
  }

  /** Gives the rows of the last statement. */
  async run(...statements: readonly string[]): Promise<Row[]> {
    let last: unknown = [];
    for (const sql of statements) last = await this.one(sql);
    return Array.isArray(last) ? last : [];
  }

  close(): Promise<void> {
    return this.connection.end();
  }

  private async one(sql: string): Promise<unknown> {
    try {
      const [result] = await this.connection.query(sql);
      return result;
    } catch (error) {
      throw new SqlError(messageOf(error), sql, errnoOf(error));
    }
  }
}

export class SqlError extends Error {
  override readonly name = "SqlError";

  constructor(
    message: string,
    sql: string,
    readonly errno: number | undefined,
  ) {
    super(`${message}\n      in ${sql.length > SHOWN ? `${sql.slice(0, SHOWN)}...` : sql}`);
  }
}

function errnoOf(error: unknown): number | undefined {
  return error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : undefined;
}
