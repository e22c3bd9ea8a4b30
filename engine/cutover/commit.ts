import { z } from "zod";
import { type Statement, statement } from "../mysql/index.js";
import { FerryError, inTime } from "../operation/index.js";
import { insertEntry, otherSide } from "../topology/index.js";
import type { Run } from "./establish.js";
import { disarm, onlyRow } from "./fence.js";
import type { PairState } from "./state.js";
import type { Timeline } from "./timeline.js";

const ANSWER_MILLISECONDS = 5_000;

/** Lets a restarted server come up as the primary. */
export const PERSIST_OPEN = statement("SET PERSIST super_read_only = 0, PERSIST read_only = 0");

const flag = z.coerce.number().transform((value) => value === 1);
const openRow = z.object({ readOnly: flag, superReadOnly: flag });

type CommitStatements = [Statement, Statement, Statement, Statement, Statement];

/**
 * What makes the replica the primary, in one round trip. While read_only is still ON nobody but an administrator can
 * write, so the journal entry is the first transaction: the point of no return. The role is persisted last: writes go on
 * already, and a server that dies from then on comes up writable.
 */
export function commitStatements(pair: PairState, finalGtidSet: string): CommitStatements {
  const from = pair[pair.primary];
  return [
    statement("SET GLOBAL super_read_only = 0"),
    insertEntry({
      number: (pair.entry?.number ?? 0) + 1,
      primaryUuid: pair[otherSide(pair.primary)].uuid,
      previousUuid: from.uuid,
      finalGtidSet,
      eventScheduler: from.eventScheduler,
    }),
    statement("SET GLOBAL read_only = 0"),
    statement("SELECT @@GLOBAL.read_only AS readOnly, @@GLOBAL.super_read_only AS superReadOnly"),
    PERSIST_OPEN,
  ];
}

/** Ends the dead-man switch, sees that nothing has moved since the fence, and makes the replica the primary. */
export async function commit(
  run: Run,
  pair: PairState,
  fenced: { readonly deadManId: number; readonly finalGtidSet: string; readonly millisecondsLeft: number },
  timeline: Timeline,
): Promise<void> {
  const from = run.sessions[pair.primary];
  const to = run.sessions[otherSide(pair.primary)].main;
  const executed = await timeline.run("disarm", () =>
    inTime(disarm(from, fenced.deadManId), fenced.millisecondsLeft, "ending the dead-man switch", from.main.label),
  );
  if (executed !== fenced.finalGtidSet) {
    throw new FerryError({
      failed: "comparing the servers a last time",
      where: from.main.label,
      seen: `gtid_executed has moved behind the fence, to ${executed}`,
      wanted: fenced.finalGtidSet,
      next: "find out what wrote there: FLUSH without LOCAL and XA COMMIT get past super_read_only; then run again",
    });
  }
  await timeline.run("commit", async () => {
    const answer = to.batch(...commitStatements(pair, fenced.finalGtidSet));
    const results = await inTime(answer, ANSWER_MILLISECONDS, "making the replica the primary", to.label);
    const { readOnly, superReadOnly } = onlyRow(openRow, results.at(-2));
    if (readOnly || superReadOnly) throw new Error(`${to.label} is still read-only`);
  });
}
