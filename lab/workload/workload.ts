import { randomInt } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { FerryError } from "@gtid-ferry/engine/operation";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { SAMPLE_SCHEMA } from "../defaults.js";
import { AcknowledgedLog } from "./acknowledged-log.js";
import { evenPace } from "./pace.js";
import { WorkloadStatistics, type WorkloadSummary } from "./statistics.js";
import { runWorker } from "./worker.js";

export interface WorkloadOptions {
  /** The application's account; its schema is the sample database. */
  readonly connection: ConnectionOptions;
  /** Connections that write at the same time. @default 8 */
  readonly connections?: number;
  /** Transactions per second of all connections together. @default as many as they can */
  readonly ratePerSecond?: number;
  /** Stops by itself after this time, whatever happens. @default 7200 */
  readonly maximumSeconds?: number;
  /** Gets acknowledged.log and summary.json. */
  readonly directory: string;
}

export const ACKNOWLEDGED_LOG = "acknowledged.log";
export const SUMMARY_FILE = "summary.json";
const DEFAULT_CONNECTIONS = 8;
const DEFAULT_MAXIMUM_SECONDS = 7200;

/** The write load of an application, which keeps going through restarts and fences and remembers what it was promised. */
export class Workload {
  readonly run = Date.now().toString(36) + randomInt(36 ** 3).toString(36);
  readonly acknowledgedLog: string;
  private readonly connections: number;
  private stopping = false;
  private statistics = new WorkloadStatistics();
  private workers: Promise<unknown> = Promise.resolve();
  private timers: NodeJS.Timeout[] = [];
  private stopped: Promise<WorkloadSummary> | undefined;

  constructor(private readonly options: WorkloadOptions) {
    this.connections = options.connections ?? DEFAULT_CONNECTIONS;
    this.acknowledgedLog = join(options.directory, ACKNOWLEDGED_LOG);
  }

  /** Returns once the writing has begun and summary.json is there; an error when the sample database is not there. */
  async start(): Promise<void> {
    const { ratePerSecond, maximumSeconds = DEFAULT_MAXIMUM_SECONDS } = this.options;
    const size = await this.readSize();
    mkdirSync(this.options.directory, { recursive: true });
    const log = AcknowledgedLog.open(this.acknowledgedLog);
    this.statistics = new WorkloadStatistics();
    const context = {
      run: this.run,
      log,
      statistics: this.statistics,
      connect: () => this.connect(),
      pace: ratePerSecond === undefined ? async () => undefined : evenPace(ratePerSecond),
      isStopping: () => this.stopping,
    };
    const workers = Array.from({ length: this.connections }, (_, worker) =>
      runWorker(context, { worker, workers: this.connections, ...size, orders: [], sessions: [] }),
    );
    this.workers = Promise.all(workers).finally(() => log.close());
    // Awaited by `stop`; until then a failure must not count as unhandled.
    this.workers.catch(() => undefined);
    this.timers = [
      setInterval(() => this.writeSummary(), 1000),
      setTimeout(() => void this.stop().catch(() => undefined), maximumSeconds * 1000),
    ];
    for (const timer of this.timers) timer.unref();
    this.writeSummary();
  }

  /** Lets running transactions end, then no more are begun. The second call gives the first one's summary. */
  stop(): Promise<WorkloadSummary> {
    this.stopped ??= this.stopOnce();
    return this.stopped;
  }

  summary(): WorkloadSummary {
    return this.statistics.summary(this.run, this.connections);
  }

  /** Resolves when it has stopped, by `stop` or by itself. */
  async finished(): Promise<WorkloadSummary> {
    await this.workers;
    return this.stop();
  }

  private async stopOnce(): Promise<WorkloadSummary> {
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.workers;
    return this.writeSummary();
  }

  private writeSummary(): WorkloadSummary {
    const summary = this.summary();
    const path = join(this.options.directory, SUMMARY_FILE);
    writeFileSync(`${path}.new`, `${JSON.stringify(summary, undefined, 2)}\n`);
    renameSync(`${path}.new`, path);
    return summary;
  }

  private async connect(): Promise<Connection> {
    const { host, port, user, password, tls } = this.options.connection;
    const connection = await createConnection({
      host,
      port,
      user,
      password,
      database: SAMPLE_SCHEMA,
      charset: "utf8mb4",
      connectTimeout: 5000,
      ...(tls?.mode === "disabled" ? {} : { ssl: { rejectUnauthorized: false } }),
      connectAttributes: { program_name: "shop" },
    });
    // A dropped connection surfaces in the next query; without a listener Node would end the process.
    connection.on("error", () => undefined);
    return connection;
  }

  private async readSize(): Promise<{ customers: number; products: number }> {
    const { host, port } = this.options.connection;
    let connection: Connection | undefined;
    try {
      connection = await this.connect();
      const [rows] = await connection.query<RowDataPacket[]>(
        "SELECT (SELECT MAX(id) FROM customers) AS customers, (SELECT MAX(id) FROM products) AS products",
      );
      return { customers: Number(rows[0]?.customers), products: Number(rows[0]?.products) };
    } catch (error) {
      throw new FerryError(
        {
          failed: "starting the workload",
          where: `${host}:${port}`,
          seen: error instanceof Error ? error.message : String(error),
          wanted: "the sample database, writable by the application",
          next: "npm run lab -- up",
        },
        { cause: error },
      );
    } finally {
      connection?.destroy();
    }
  }
}
