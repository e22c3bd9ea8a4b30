import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { z } from "zod";
import { logBytes, readOutcomes } from "./acknowledged-log.js";
import { formatEntry, parseEntry } from "./entry.js";

/** Whether what the servers promised to the workload is there. All are numbers of transactions. */
export interface LossReport {
  readonly acknowledged: number;
  /** Commits without an answer, or still without one. Each may exist once or not at all. */
  readonly unknown: number;
  /** Acknowledged and not there. */
  readonly lost: number;
  /** There more than once. */
  readonly duplicated: number;
  /** There although it was refused or never committed. */
  readonly phantom: number;
}

const ENTRIES_PER_QUERY = 2000;

const entryRow = z.object({ entry: z.string(), copies: z.number() });
const countRow = z.object({ existing: z.number() });

/**
 * Looks up every transaction of a workload's log on one server. Memory does not grow with the log. The workload may be
 * running; a replica must have applied what its source had when this begins, or its lag shows as loss.
 */
export async function checkLoss(acknowledgedLog: string, options: ConnectionOptions): Promise<LossReport> {
  return MysqlServer.with(options, "server", async (server) => {
    // In this order, and all queries in one snapshot: so it holds what this part of the log has acknowledged, and a
    // COMMIT that is still on its way is there for all of them or for none.
    const bytes = await logBytes(acknowledgedLog);
    await server.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await server.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
    const tally = { acknowledged: 0, unknown: 0, lost: 0, duplicated: 0 };
    let legitimate = 0;
    const lastAttempts = new Map<string, number>();
    const look = async (batch: ReadonlyMap<string, "acknowledged" | "unknown">): Promise<void> => {
      if (batch.size === 0) return;
      const copies = await countCopies(server, [...batch.keys()]);
      for (const [entry, outcome] of batch) {
        const found = copies.get(entry) ?? 0;
        tally[outcome] += 1;
        if (found === 0 && outcome === "acknowledged") tally.lost += 1;
        if (found > 1) tally.duplicated += 1;
        if (found > 0) legitimate += 1;
      }
    };

    let batch = new Map<string, "acknowledged" | "unknown">();
    for await (const { entry, outcome } of readOutcomes(acknowledgedLog, bytes)) {
      const { run, worker, sequence } = parseEntry(entry);
      const name = `${run} ${worker}`;
      lastAttempts.set(name, Math.max(sequence, lastAttempts.get(name) ?? 0));
      if (outcome === "refused") continue;
      batch.set(entry, outcome);
      if (batch.size < ENTRIES_PER_QUERY) continue;
      await look(batch);
      batch = new Map();
    }
    await look(batch);
    const existing = await countExisting(server, lastAttempts);
    return { ...tally, phantom: existing - legitimate };
  });
}

async function countCopies(server: MysqlServer, entries: readonly string[]): Promise<Map<string, number>> {
  const sql = "SELECT entry, COUNT(*) AS copies FROM shop.ledger WHERE entry IN (?) GROUP BY entry";
  const rows = await server.query(sql, [entries], entryRow);
  return new Map(rows.map(({ entry, copies }) => [entry, copies]));
}

/** Entries of each worker up to its last attempt in the log; later ones belong to a workload that still runs. */
async function countExisting(server: MysqlServer, lastAttempts: ReadonlyMap<string, number>): Promise<number> {
  const sql = "SELECT COUNT(DISTINCT entry) AS existing FROM shop.ledger WHERE entry BETWEEN ? AND ?";
  let total = 0;
  for (const [name, last] of lastAttempts) {
    const [run = "", worker = ""] = name.split(" ");
    for (let first = 0; first <= last; first += 100_000) {
      const range = [first, Math.min(last, first + 99_999)].map((sequence) =>
        formatEntry({ run, worker: Number(worker), sequence }),
      );
      total += (await server.queryOne(sql, range, countRow)).existing;
    }
  }
  return total;
}
