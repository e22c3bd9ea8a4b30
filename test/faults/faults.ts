import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { STEPS, type SwitchoverStep } from "@gtid-ferry/engine/switchover";
import type { Side } from "@gtid-ferry/engine/topology";
import type { Connection } from "mysql2/promise";
import { connectAsRoot } from "../../lab/mysqld/index.js";
import type { FollowingWriters } from "../server/helpers/following-writers.js";
import { type Arena, BUDGET_SECONDS } from "./arena.js";
import type { DriverProcess } from "./driver-process.js";

/** Where a case happens: the primary role is to move between these two. */
export interface Scene {
  readonly arena: Arena;
  readonly driver: DriverProcess;
  readonly writers: FollowingWriters;
  readonly from: Side;
  readonly to: Side;
}

export interface Fault {
  readonly name: string;
  /** Steps at whose beginning it can make a difference. */
  readonly steps: readonly SwitchoverStep[];
  /** Lets it happen; gives what heals it, to be run once the driver has ended. */
  inject(scene: Scene): Promise<() => Promise<void>>;
  readonly needsSmallDisk?: boolean;
  /** Whether it only makes sense where the target is to become the primary. */
  readonly towardsTargetOnly?: boolean;
  /** Whether the driver is gone for good. */
  readonly killsDriver?: boolean;
  /**
   * Whether it may show at the commit only, behind the fail-safe: then the servers stay fenced until it is healed,
   * and a next run may have to open one.
   */
  readonly mayStrikeCommit?: boolean;
  /** Whether the fault itself takes a server away for a while, so that a longer pause says nothing. */
  readonly stopsServer?: boolean;
}

/** A primary that is fenced lets nobody begin what could hold it up. */
const BEFORE_FENCE: readonly SwitchoverStep[] = [
  "check",
  "test reverse replication",
  "arm fail-safe",
  "pause connections",
  "fence",
];
/** A replica that has everything needs no channel, no disk and no applier to become the primary. */
const BEFORE_CAUGHT_UP: readonly SwitchoverStep[] = [...BEFORE_FENCE, "catch up"];
const OUTLASTS_BUDGET_MILLISECONDS = (BUDGET_SECONDS + 2) * 1000;
const LONG_STATEMENT_SECONDS = 2.5;

const nothing = async () => undefined;

export const FAULTS: readonly Fault[] = [
  {
    name: "driver SIGKILL",
    steps: STEPS,
    killsDriver: true,
    inject: async ({ driver }) => {
      await driver.kill();
      return nothing;
    },
  },
  {
    name: "driver SIGSTOP",
    steps: STEPS,
    inject: async ({ driver }) => {
      driver.stop();
      await sleep(OUTLASTS_BUDGET_MILLISECONDS);
      driver.continue();
      return nothing;
    },
  },
  {
    name: "connections reset",
    steps: STEPS,
    inject: async ({ arena }) => {
      for (const network of Object.values(arena.networks)) network.reset();
      return healNetworksAfter(arena, OUTLASTS_BUDGET_MILLISECONDS);
    },
  },
  {
    name: "network silent",
    steps: STEPS,
    inject: async ({ arena }) => {
      for (const network of Object.values(arena.networks)) network.silence();
      return healNetworksAfter(arena, OUTLASTS_BUDGET_MILLISECONDS);
    },
  },
  {
    name: "old primary SIGKILL",
    steps: STEPS,
    stopsServer: true,
    inject: ({ arena, from }) => killAndRestart(arena, from),
  },
  {
    name: "new primary SIGKILL",
    steps: STEPS,
    stopsServer: true,
    inject: ({ arena, to }) => killAndRestart(arena, to),
  },
  {
    name: "replication stopped",
    steps: BEFORE_CAUGHT_UP,
    inject: async ({ arena, from, to }) => {
      await arena.server(to).rootQuery("STOP REPLICA FOR CHANNEL 'gtid_ferry'");
      await leaveSomethingToCatchUp(arena, from);
      return nothing;
    },
  },
  {
    name: "lag above the budget",
    steps: BEFORE_CAUGHT_UP,
    inject: async ({ arena, from, to }) => {
      const session = await connectAsRoot(arena.server(to).socket);
      await session.query("LOCK TABLES app.t READ");
      await leaveSomethingToCatchUp(arena, from);
      return () => session.end();
    },
  },
  {
    name: "disk full on the target",
    steps: BEFORE_CAUGHT_UP,
    needsSmallDisk: true,
    towardsTargetOnly: true,
    // The last page of a log has room for some transactions more.
    mayStrikeCommit: true,
    inject: async ({ arena, from, to }) => {
      if (arena.smallDisk === undefined) throw new Error("this needs an arena with a small disk");
      const filler = join(arena.smallDisk, "filler");
      await fill(filler);
      await leaveSomethingToCatchUp(arena, from);
      return async () => {
        await rm(filler, { force: true });
        await restartIfAborted(arena, to);
      };
    },
  },
  {
    name: "errant transaction",
    // A new primary that has it already hands it on.
    steps: [...BEFORE_CAUGHT_UP, "clear fail-safe", "commit"],
    inject: async ({ arena, from, to }) => {
      // It gets a GTID of its own in spite of super_read_only.
      await arena.server(to).rootQuery("FLUSH TABLES app.t");
      return () => adoptErrant(arena, from, to);
    },
  },
  {
    name: "long UPDATE",
    steps: BEFORE_FENCE,
    inject: ({ arena, from }) => runLong(arena, from, `UPDATE app.t SET v = v + SLEEP(${LONG_STATEMENT_SECONDS})`),
  },
  {
    name: "running ALTER TABLE",
    steps: BEFORE_FENCE,
    inject: ({ arena, from }) => runLong(arena, from, "ALTER TABLE app.big FORCE, ALGORITHM = COPY"),
  },
  {
    name: "LOCK TABLES",
    steps: BEFORE_FENCE,
    inject: async ({ arena, from }) => {
      const session = await connectAsRoot(arena.server(from).socket);
      await session.query("LOCK TABLES app.t WRITE");
      return () => session.end();
    },
  },
  {
    name: "prepared XA transaction",
    steps: BEFORE_FENCE,
    inject: async ({ arena, from }) => {
      const steps = ["XA START 'x'", "UPDATE app.t SET v = v + 1", "XA END 'x'", "XA PREPARE 'x'"];
      await arena.server(from).rootQuery(...steps);
      return () => rollBackPrepared(arena, from);
    },
  },
  {
    name: "open XA transaction",
    steps: BEFORE_FENCE,
    inject: async ({ arena, writers, from }) => {
      const id = writers.claimId();
      const session = await connectAsRoot(arena.server(from).socket);
      const write = `INSERT INTO app.written (id, writer) VALUES (${id}, -1)`;
      for (const sql of ["XA START 'x'", write, "XA END 'x'"]) await session.query(sql);
      // Its client goes on when all is over. MySQL lets it prepare and commit behind a fence, too.
      return async () => {
        try {
          for (const sql of ["XA PREPARE 'x'", "XA COMMIT 'x'"]) await session.query(sql);
          writers.acknowledged.push(id);
        } catch {
          writers.unanswered.add(id);
        }
        await session.end();
      };
    },
  },
  {
    name: "HAProxy unreachable",
    steps: STEPS,
    inject: async ({ arena }) => {
      await arena.haproxy.kill();
      return () => arena.haproxy.restart();
    },
  },
];

function healNetworksAfter(arena: Arena, milliseconds: number): () => Promise<void> {
  const healed = sleep(milliseconds).then(() => {
    for (const network of Object.values(arena.networks)) network.heal();
  });
  return () => healed;
}

async function killAndRestart(arena: Arena, side: Side): Promise<() => Promise<void>> {
  await arena.server(side).kill();
  const restarted = arena.server(side).restart();
  return () => restarted;
}

/** MySQL aborts itself where it cannot write its binary log any more (binlog_error_action). */
async function restartIfAborted(arena: Arena, side: Side): Promise<void> {
  try {
    const session = await connectAsRoot(arena.server(side).socket);
    session.destroy();
  } catch {
    await arena.server(side).kill();
    await arena.server(side).restart();
  }
}

/** Without it a replica that applies nothing might have nothing to apply. */
async function leaveSomethingToCatchUp(arena: Arena, from: Side): Promise<void> {
  // Refused where it is fenced already: then what the writers left has to do.
  await arena.server(from).rootQuery("UPDATE app.t SET v = v + 1").catch(nothing);
}

/** Starts a statement and does not wait for it; it may be refused where it comes too late. */
async function runLong(arena: Arena, side: Side, sql: string): Promise<() => Promise<void>> {
  const session: Connection = await connectAsRoot(arena.server(side).socket);
  const ended = session.query(sql).then(nothing, nothing);
  await sleep(100);
  return async () => {
    await ended;
    await session.end();
  };
}

async function fill(file: string): Promise<void> {
  const mebibyte = Buffer.alloc(1024 * 1024);
  for (;;) {
    try {
      await writeFile(file, mebibyte, { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") return;
      throw error;
    }
  }
}

/** As a DBA would: what the replica has alone becomes an empty transaction of its primary. */
async function adoptErrant(arena: Arena, from: Side, to: Side): Promise<void> {
  const [primary] = await arena.server(from).rootQuery("SELECT @@read_only AS fenced, @@gtid_executed AS executed");
  if (primary?.fenced !== 0) return;
  const [row] = await arena
    .server(to)
    .rootQuery(`SELECT GTID_SUBTRACT(@@gtid_executed, '${String(primary.executed)}') AS errant, @@server_uuid AS uuid`);
  const match = new RegExp(`${String(row?.uuid)}:(\\d+)(?:-(\\d+))?`).exec(String(row?.errant));
  for (let number = Number(match?.[1]); number <= Number(match?.[2] ?? match?.[1]); number += 1) {
    await arena
      .server(from)
      .rootQuery(`SET GTID_NEXT = '${String(row?.uuid)}:${number}'`, "BEGIN", "COMMIT", "SET GTID_NEXT = 'AUTOMATIC'");
  }
}

async function rollBackPrepared(arena: Arena, side: Side): Promise<void> {
  const prepared = await arena.server(side).rootQuery("XA RECOVER");
  if (prepared.length > 0) await arena.server(side).rootQuery("XA ROLLBACK 'x'");
}
