import { setTimeout as sleep } from "node:timers/promises";
import type { QueryResult, RowDataPacket } from "mysql2/promise";
import { z } from "zod";
import { FerryError } from "../operation/index.js";
import { briefly, connectionError, errnoOf } from "./connection-error.js";
import { addressOf, type ConnectionOptions } from "./connection-options.js";
import { type OpenConnection, openConnection, type SessionOptions } from "./open-connection.js";
import { sessionStatement, unrestricted } from "./session-variables.js";
import {
  type BoundValue,
  boundValues,
  type DriverValue,
  driverValues,
  type Statement,
  showStatement,
  withoutSecrets,
} from "./statement.js";
import { StatementError } from "./statement-error.js";

const SPECIFIC_ACCESS_DENIED = 1227;
const QUERY_INTERRUPTED = 1317;
const LOCK_NAME = "gtid_ferry";

const lockRow = z.object({ granted: z.number().nullable() });
const holderRow = z.object({ holder: z.number().nullable() });
const KILL_INTERVAL_MILLISECONDS = 100;
const GOODBYE_MILLISECONDS = 1_000;

/**
 * One administrative connection to one server. Rows are narrowed by a zod schema where they enter; integers beyond
 * 2^53 arrive as strings. Close it in `finally`.
 */
export class MysqlServer {
  private constructor(
    private readonly open: OpenConnection,
    private readonly options: ConnectionOptions,
    /** For messages: role and address, e.g. `source 10.20.1.5:3306`. */
    readonly label: string,
  ) {}

  /** `role` is how messages name the server: `source`, `target`. */
  static async connect(options: ConnectionOptions, role: string, session: SessionOptions = {}): Promise<MysqlServer> {
    const opened = await openConnection(options, session).catch((error: unknown) => {
      throw connectionError(options, role, error);
    });
    const server = new MysqlServer(opened, options, `${role} ${addressOf(options)}`);
    try {
      await server.setSessionVariables();
      return server;
    } catch (error) {
      await server.close();
      throw connectionError(options, role, error);
    }
  }

  /** Runs `work` with a connection and closes it whatever happens. */
  static async with<T>(
    options: ConnectionOptions,
    role: string,
    work: (server: MysqlServer) => Promise<T>,
  ): Promise<T> {
    const server = await MysqlServer.connect(options, role);
    try {
      return await work(server);
    } finally {
      await server.close();
    }
  }

  /** An error names the server and the statement, without its values: a `StatementError` where the driver gave one. */
  async query<Row>(sql: string, values: readonly BoundValue[], row: z.ZodType<Row>): Promise<Row[]> {
    const rows = await this.sendNamed(sql, driverValues(values));
    return row.array().parse(rows);
  }

  /** The only row of a result; none or several are an error. */
  async queryOne<Row>(sql: string, values: readonly BoundValue[], row: z.ZodType<Row>): Promise<Row> {
    const rows = await this.query(sql, values, row);
    const [only] = rows;
    if (only === undefined || rows.length > 1) throw new Error(`${rows.length} rows instead of one: ${sql}`);
    return only;
  }

  async execute(sql: string, values: readonly BoundValue[] = []): Promise<void> {
    await this.sendNamed(sql, driverValues(values));
  }

  /**
   * Keeps other runs of this tool away from the server while this connection lives: a run that was killed may have left
   * a process that still works. Waits `timeoutSeconds` for it to end.
   */
  async acquireLock(timeoutSeconds: number): Promise<void> {
    const { granted } = await this.queryOne("SELECT GET_LOCK(?, ?) AS granted", [LOCK_NAME, timeoutSeconds], lockRow);
    if (granted === 1) return;
    const { holder } = await this.queryOne("SELECT IS_USED_LOCK(?) AS holder", [LOCK_NAME], holderRow);
    throw new FerryError({
      failed: "keeping other runs away",
      where: this.label,
      seen: `connection ${holder ?? "unknown"} of another run is at work there since ${timeoutSeconds} s or more`,
      wanted: "one run at a time",
      next: `let it end, or end that process if its run was killed (SHOW PROCESSLIST, KILL ${holder ?? "ID"})`,
    });
  }

  /**
   * Runs statements in one round trip; the server stops at the first that fails. Gives the rows of each, none for a
   * statement without a result. The connection must have been opened for batches.
   */
  async batch(...steps: readonly [Statement, Statement, ...Statement[]]): Promise<unknown[][]> {
    const sql = steps.map((step) => step.sql).join("; ");
    const results = await this.sendNamed<RowDataPacket[][]>(sql, steps.flatMap(boundValues));
    return results.map((result) => (Array.isArray(result) ? result : []));
  }

  /** The server's id of this connection, as KILL takes it. */
  get connectionId(): number {
    return this.open.connection.threadId;
  }

  /** Runs one statement of a plan; an error names the statement and the server, and holds no secret. */
  async run(step: Statement): Promise<void> {
    try {
      await this.send(step.sql, boundValues(step));
    } catch (error) {
      throw this.failure(step, error);
    }
  }

  /**
   * Runs a statement that may block, for at most `timeoutSeconds`. After that it is killed from a second connection and
   * seen to end: a client that merely stops waiting leaves the statement pending, to take effect later.
   */
  async runWithin(timeoutSeconds: number, step: Statement): Promise<void> {
    let isPending = true;
    let killing: Promise<void> | undefined;
    const timer = setTimeout(() => {
      killing = this.killUntil(() => !isPending);
    }, timeoutSeconds * 1000);
    try {
      await this.send(step.sql, boundValues(step));
    } catch (error) {
      throw killing !== undefined && errnoOf(error) === QUERY_INTERRUPTED
        ? this.expiry(step, timeoutSeconds)
        : this.failure(step, error);
    } finally {
      isPending = false;
      clearTimeout(timer);
      await killing;
    }
  }

  async close(): Promise<void> {
    // `end` waits for the server's goodbye. A server that is gone gives none, and one behind a dead network is silent.
    const { connection, tunnel } = this.open;
    const goodbye = connection.end().catch(() => undefined);
    await Promise.race([goodbye, sleep(GOODBYE_MILLISECONDS, undefined, { ref: false })]);
    connection.destroy();
    tunnel?.destroy();
  }

  /** A tunnel that was lost is the reason of every later failure, and the driver knows nothing of it. */
  private async send<T extends QueryResult>(sql: string, values: DriverValue[]): Promise<T> {
    const { connection, tunnel } = this.open;
    try {
      const [result] = await connection.query<T>(sql, values);
      return result;
    } catch (error) {
      throw tunnel?.errored ?? error;
    }
  }

  private async sendNamed<T extends QueryResult>(sql: string, values: DriverValue[]): Promise<T> {
    try {
      return await this.send<T>(sql, values);
    } catch (error) {
      throw error instanceof FerryError ? error : new StatementError(this.label, sql, error);
    }
  }

  private async setSessionVariables(): Promise<void> {
    try {
      await this.execute(sessionStatement());
    } catch (error) {
      if (errnoOf(error) !== SPECIFIC_ACCESS_DENIED) throw error;
      // Preflight names the missing privilege; it has to get as far as that.
      await this.execute(sessionStatement(unrestricted()));
    }
  }

  private failure(step: Statement, error: unknown): FerryError {
    // The driver's error carries the whole statement with its secrets, so it is not kept as a cause.
    return new FerryError({
      failed: showStatement(step),
      where: this.label,
      seen: `${errnoOf(error) ?? "no error number"}: ${withoutSecrets(briefly(error), step)}`,
      wanted: "the statement to succeed",
      next: "check the administrator's privileges on this server (ferry preflight), then run again",
    });
  }

  private expiry(step: Statement, timeoutSeconds: number): FerryError {
    return new FerryError({
      failed: showStatement(step),
      where: this.label,
      seen: `still waiting after ${timeoutSeconds} s, so it was killed and did not take effect`,
      wanted: "its end within that time",
      next: "look for long transactions and metadata locks (SHOW PROCESSLIST), then run again",
    });
  }

  /**
   * Kills what this connection runs, again and again until it has ended: a kill that comes before the server has read
   * the statement does nothing, and a second connection may be refused for a while.
   */
  private async killUntil(hasEnded: () => boolean): Promise<void> {
    const pending = this.connectionId;
    while (!hasEnded()) {
      const killed = MysqlServer.with(this.options, "second connection to", (second) =>
        second.execute(`KILL QUERY ${pending}`),
      );
      // The statement's own end decides, so a kill that failed is only tried again.
      await killed.catch(() => undefined);
      await sleep(KILL_INTERVAL_MILLISECONDS);
    }
  }
}
