import { z } from "zod";
import { type MysqlServer, readServerFacts } from "../mysql/index.js";
import { FerryError, type Progress, waitUntil } from "../operation/index.js";

const statusRow = z.object({ Variable_name: z.string(), Value: z.string() });
const errorLogRow = z.object({ data: z.string() });
const ownedRow = z.object({ owned: z.string() });

export async function awaitNoAnonymousTransactions(
  source: MysqlServer,
  timeoutSeconds: number,
  progress: Progress,
): Promise<void> {
  const wait = {
    awaited: "no ongoing anonymous transaction, for a moment",
    where: source.label,
    next: "end the transactions that stay open (SHOW PROCESSLIST), then run again",
    timeoutSeconds,
    intervalSeconds: 0.05,
    progress,
  };
  await waitUntil(wait, async () => {
    const count = await readStatus(source, "ONGOING_ANONYMOUS_TRANSACTION_COUNT");
    return count === "0" ? { done: undefined } : { seen: `${count} ongoing` };
  });
}

export async function awaitNoGtidTransactions(
  source: MysqlServer,
  timeoutSeconds: number,
  progress: Progress,
): Promise<void> {
  const wait = {
    awaited: "no ongoing transaction with a GTID, for a moment",
    where: source.label,
    next: "end the transactions that stay open (SHOW PROCESSLIST), then run again",
    timeoutSeconds,
    intervalSeconds: 0.05,
    progress,
  };
  await waitUntil(wait, async () => {
    const { owned } = await source.queryOne("SELECT @@GLOBAL.gtid_owned AS owned", [], ownedRow);
    return owned === "" ? { done: undefined } : { seen: `owned: ${owned}` };
  });
}

/** With enforce_gtid_consistency=WARN the server logs each violating statement instead of refusing it. */
export async function watchConsistency(source: MysqlServer, seconds: number, progress: Progress): Promise<void> {
  const since = (await readServerFacts(source)).now;
  const end = Date.now() + seconds * 1000;
  await waitUntil(
    {
      awaited: `no violation of GTID consistency for ${seconds} s`,
      where: source.label,
      next: "run again",
      timeoutSeconds: seconds + 60,
      progress,
    },
    async () => {
      const violations = await source.query(
        "SELECT DISTINCT DATA AS data FROM performance_schema.error_log WHERE DATA LIKE '%violates GTID consistency%' AND LOGGED >= CONVERT_TZ(?, '+00:00', @@SESSION.time_zone) LIMIT 10",
        [since],
        errorLogRow,
      );
      if (violations.length > 0)
        throw violationError(
          source.label,
          violations.map(({ data }) => data),
        );
      return Date.now() >= end ? { done: undefined } : { seen: "no violation so far" };
    },
  );
}

function violationError(where: string, violations: readonly string[]): FerryError {
  return new FerryError({
    failed: "turning on GTID consistency",
    where,
    seen: violations.join(" | "),
    wanted: "a workload without such statements; with enforce_gtid_consistency=ON the application would get errors",
    next: "change these statements in the application (the server's error log has each), then run again",
  });
}

async function readStatus(source: MysqlServer, name: string): Promise<string> {
  const [row] = await source.query("SHOW GLOBAL STATUS LIKE ?", [name], statusRow);
  if (row === undefined) throw new Error(`${source.label} has no status variable ${name}`);
  return row.Value;
}
