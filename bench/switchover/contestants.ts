import { silent, type TimedStep } from "@gtid-ferry/engine/operation";
import { DEFAULT_LIMITS, switchover } from "@gtid-ferry/engine/switchover";
import { otherSide, type Side } from "@gtid-ferry/engine/topology";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import type { SwitchoverPair } from "../../test/server/helpers/switchover-pair.js";

/** One switchover: how long the servers accepted no write, and of ours how long each step took. */
export interface Switched {
  readonly pauseMilliseconds: number;
  readonly attempts?: number;
  readonly steps?: readonly TimedStep[];
}

/** Makes `to` the primary. */
export type Contestant = (to: Side) => Promise<Switched>;

/** The product's own, with all of its checks. */
export function ours(pair: SwitchoverPair): Contestant {
  return async (to) => {
    const { report } = await switchover(pair.request(to, DEFAULT_LIMITS), [], silent);
    if (report === undefined) throw new Error(`the ${to} was the primary already`);
    return report;
  };
}

/** The two servers over connections that are open all the time, as somebody has them in two terminals. */
export class Terminals {
  private constructor(
    private readonly pair: SwitchoverPair,
    private readonly connections: Readonly<Record<Side, Connection>>,
  ) {}

  static async open(pair: SwitchoverPair): Promise<Terminals> {
    const open = async (side: Side) => {
      const { host, port, user, password } = pair[side].options;
      const ssl = { rejectUnauthorized: false };
      return createConnection({ host, port, user, password, ssl, multipleStatements: true });
    };
    return new Terminals(pair, { source: await open("source"), target: await open("target") });
  }

  async close(): Promise<void> {
    await Promise.all([this.connections.source.end(), this.connections.target.end()]);
  }

  /** One statement after the other, as a runbook has them: fence, wait, stop the replica, open it, turn the other round. */
  readonly byHand: Contestant = async (to) => {
    const [old, next] = [this.connections[otherSide(to)], this.connections[to]];
    const start = performance.now();
    await old.query("SET GLOBAL super_read_only = ON");
    const [[row]] = await old.query<RowDataPacket[]>("SELECT @@GLOBAL.gtid_executed AS executed");
    await next.query("SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 10)", [row?.executed]);
    await next.query("STOP REPLICA FOR CHANNEL 'gtid_ferry'");
    await next.query("RESET REPLICA ALL FOR CHANNEL 'gtid_ferry'");
    await next.query("SET GLOBAL super_read_only = OFF");
    await next.query("SET GLOBAL read_only = OFF");
    const pauseMilliseconds = performance.now() - start;
    await this.follow(old, to);
    return { pauseMilliseconds };
  };

  /** What no switchover can do without: fence, wait, open; two round trips, nothing looked at. */
  readonly floor: Contestant = async (to) => {
    const [old, next] = [this.connections[otherSide(to)], this.connections[to]];
    const start = performance.now();
    const [results] = await old.query<RowDataPacket[][]>(
      "SET GLOBAL super_read_only = ON; SELECT @@GLOBAL.gtid_executed AS executed",
    );
    await next.query(
      "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 10); SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF",
      [results[1]?.[0]?.executed],
    );
    const pauseMilliseconds = performance.now() - start;
    await next.query("STOP REPLICA FOR CHANNEL 'gtid_ferry'; RESET REPLICA ALL FOR CHANNEL 'gtid_ferry'");
    await this.follow(old, to);
    return { pauseMilliseconds };
  };

  private async follow(replica: Connection, primary: Side): Promise<void> {
    const { host, port, user, password } = this.pair.channel[primary].address;
    await replica.query(
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?, SOURCE_USER = ?, SOURCE_PASSWORD = ?,
        SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_CONNECT_RETRY = 1 FOR CHANNEL 'gtid_ferry'`,
      [host, port, user, password],
    );
    await replica.query("START REPLICA FOR CHANNEL 'gtid_ferry'");
  }
}
