import { quoteAccount, quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { type Pair, startPair } from "../../server/helpers/pair.js";
import type { ServerSide } from "../model.js";
import { Session } from "./session.js";

/** What a person may set on servers whose data need not outlive the machine, and what the comparison needs to see all. */
const PREPARE = [
  "SET sql_log_bin = 0",
  "SET GLOBAL sync_binlog = 0, innodb_flush_log_at_trx_commit = 0",
  "GRANT RESOURCE_GROUP_USER ON *.* TO ferry_admin@'%'",
];
const SYSTEM = ["mysql", "sys", "information_schema", "performance_schema"];
const WAIT_SECONDS = 2;
/** A replica that has not applied everything by then never will. */
const CATCH_UP_SECONDS = 120;

/** Two servers that replicate, and are the same between two cases. */
export class Arena {
  private constructor(
    readonly pair: Pair,
    readonly primary: Session,
    readonly replica: Session,
    private readonly accounts: ReadonlySet<string>,
  ) {}

  static async start(): Promise<Arena> {
    const pair = await startPair("drift");
    try {
      await ensureChannel(pair.channel, silent);
      const [primary, replica] = [await Session.open(pair.source.socket), await Session.open(pair.target.socket)];
      // An administrator may write to a replica that is only read-only: as root does in every case.
      await replica.run("SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = ON");
      for (const session of [primary, replica]) await session.run(...PREPARE, "SET sql_log_bin = 1");
      const arena = new Arena(pair, primary, replica, new Set(await accountsOf(primary)));
      await arena.catchUp();
      return arena;
    } catch (error) {
      await pair.stop();
      throw error;
    }
  }

  session(side: ServerSide): Session {
    return side === "primary" ? this.primary : this.replica;
  }

  /** A session of its own, for whoever works beside the comparison. */
  open(side: ServerSide): Promise<Session> {
    return Session.open((side === "primary" ? this.pair.source : this.pair.target).socket);
  }

  /** Lets the replica have everything; throws what its applier says where it has ended. */
  async catchUp(): Promise<void> {
    const executed = await executedOn(this.primary);
    for (let seconds = 0; seconds < CATCH_UP_SECONDS; seconds += WAIT_SECONDS) {
      if (await hasWithin(this.replica, executed, WAIT_SECONDS)) return;
      const [failed] = await this.replica.run(
        "SELECT LAST_ERROR_MESSAGE AS message FROM performance_schema.replication_applier_status_by_worker WHERE LAST_ERROR_NUMBER <> 0 LIMIT 1",
      );
      if (failed !== undefined) throw new BrokenReplication(String(failed.message));
    }
    throw new BrokenReplication(`the replica has not applied in ${CATCH_UP_SECONDS} s what the primary has executed`);
  }

  /**
   * Drops, on each server by itself, what is not the servers' own. `isWhole`: all has been made that there is to undo.
   */
  async reset(undo: Readonly<Record<ServerSide, readonly string[]>>, isWhole: boolean): Promise<void> {
    await this.catchUp();
    for (const side of ["primary", "replica"] as const) {
      const session = this.session(side);
      await session.run("SET sql_log_bin = 0, foreign_key_checks = 0");
      for (const sql of undo[side]) await session.run(sql).catch(failsIf(isWhole));
      const schemas = await session.run(
        `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN (${SYSTEM.map((name) => `'${name}'`).join(", ")})`,
      );
      for (const { name } of schemas) {
        const schema = quoteIdentifier(String(name));
        await session.run(`ALTER SCHEMA ${schema} READ ONLY = 0`, `DROP SCHEMA ${schema}`);
      }
      const extra = (await accountsOf(session)).filter((account) => !this.accounts.has(account));
      if (extra.length > 0) await session.run(`DROP USER ${extra.join(", ")}`);
      await session.run("SET sql_log_bin = 1, foreign_key_checks = 1");
    }
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.primary.close(), this.replica.close()]);
    await this.pair.stop();
  }
}

/** Its whole gtid_executed. */
export async function executedOn(session: Session): Promise<string> {
  const [row] = await session.run("SELECT @@GLOBAL.gtid_executed AS executed");
  return String(row?.executed).replaceAll("\n", "");
}

export async function hasWithin(session: Session, executed: string, seconds: number): Promise<boolean> {
  const [waited] = await session.run(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${executed}', ${seconds}) AS missed`);
  return waited?.missed === 0;
}

export class BrokenReplication extends Error {
  override readonly name = "BrokenReplication";
}

async function accountsOf(session: Session): Promise<string[]> {
  const rows = await session.run("SELECT User AS user, Host AS host FROM mysql.user");
  return rows.map(({ user, host }) => quoteAccount({ user: String(user), host: String(host) }));
}

function failsIf(condition: boolean) {
  return (error: unknown) => {
    if (condition) throw error;
  };
}
