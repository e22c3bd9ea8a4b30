import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { describeChannel, isReplicating, readChannel } from "../channel/index.js";
import { onlyRow, type ServerSessions } from "../fence/index.js";
import { compactGtidSet, type MysqlServer, statement } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";

const WATCH_INTERVAL_MILLISECONDS = 100;

const waitRow = z.object({ timedOut: z.number().nullable() });
const gtidSet = z.string().transform(compactGtidSet);
const differenceRow = z.object({ missing: gtidSet, surplus: gtidSet });

/**
 * Waits until the replica has executed `finalGtidSet`, and requires that the two servers' sets are then equal, both
 * ways. A channel that stops or fails meanwhile ends the wait at once.
 */
export async function catchUp(
  replica: ServerSessions,
  channel: string,
  finalGtidSet: string,
  timeoutSeconds: number,
): Promise<void> {
  const ended = new AbortController();
  try {
    await Promise.race([
      awaitEqual(replica.main, finalGtidSet, timeoutSeconds),
      watchChannel(replica.watcher, channel, ended.signal),
    ]);
  } finally {
    ended.abort();
  }
}

async function awaitEqual(replica: MysqlServer, finalGtidSet: string, timeoutSeconds: number): Promise<void> {
  const [wait, difference] = await replica.batch(
    statement(
      "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) AS timedOut",
      finalGtidSet,
      // 0 would be for ever.
      Math.max(timeoutSeconds, 0.001),
    ),
    statement(
      "SELECT GTID_SUBTRACT(?, @@GLOBAL.gtid_executed) AS missing, GTID_SUBTRACT(@@GLOBAL.gtid_executed, ?) AS surplus",
      finalGtidSet,
      finalGtidSet,
    ),
  );
  const { timedOut } = onlyRow(waitRow, wait);
  const { missing, surplus } = onlyRow(differenceRow, difference);
  if (timedOut === 0 && missing === "" && surplus === "") return;
  throw new FerryError({
    failed: "catching up with the fenced primary",
    where: replica.label,
    seen: [
      ...(missing === ""
        ? []
        : [`it lacks ${missing}${timedOut === 1 ? ` after ${timeoutSeconds.toFixed(1)} s` : ""}`]),
      ...(surplus === "" ? [] : [`it has ${surplus}, which the primary had not when it was fenced`]),
    ].join("; "),
    wanted: `exactly ${finalGtidSet}`,
    next:
      surplus === ""
        ? "let the replica catch up (less load, or a greater budget), then run again"
        : "find out what wrote there: FLUSH without LOCAL and XA COMMIT get past super_read_only (mysqlbinlog)",
  });
}

/** WAIT_FOR_EXECUTED_GTID_SET does not notice that nothing is being applied any more. Never returns. */
async function watchChannel(replica: MysqlServer, channel: string, ended: AbortSignal): Promise<never> {
  for (;;) {
    // Rejects when the wait is over; nobody listens any more then.
    await sleep(WATCH_INTERVAL_MILLISECONDS, undefined, { signal: ended });
    const state = await readChannel(replica, channel);
    if (state !== undefined && (isReplicating(state) || state.receiver === "CONNECTING")) continue;
    throw new FerryError({
      failed: "catching up with the fenced primary",
      where: replica.label,
      seen: describeChannel(state),
      wanted: `channel ${channel} applying`,
      next: "fix what the channel names, wait until it has caught up, then run again",
    });
  }
}
