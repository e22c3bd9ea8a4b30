import { z } from "zod";
import { PERSIST_OPEN } from "../cutover/index.js";
import { readServerFacts, statement } from "../mysql/index.js";
import { FerryError, inTime, messageOf } from "../operation/index.js";
import { createJournal, insertEntry, readExecuted } from "../topology/index.js";
import { type Run, serverFor } from "./run.js";
import type { Away } from "./standing.js";

const ANSWER_MILLISECONDS = 30_000;
/** The primary died before anybody had asked it who it is. */
const UNKNOWN_UUID = "00000000-0000-0000-0000-000000000000";

const flag = z.coerce.number().transform((value) => value === 1);
const openRow = z.object({ readOnly: flag, superReadOnly: flag });

/** Who becomes the primary, after whom. */
export interface Promotion {
  readonly candidate: string;
  readonly replaced: Away;
}

/**
 * Makes the candidate the primary. Its first transaction is the journal entry, while only an administrator may write:
 * the point of no return, which every later run reads from the servers. The applier ends before, because it may hold
 * the locks of a transaction whose end never came.
 */
export async function promote(run: Run, promotion: Promotion): Promise<number> {
  const { candidate, replaced } = promotion;
  const { uuid: previousUuid, entry } = replaced;
  const server = serverFor(run, candidate);
  const { channel } = run.request;
  await server.run(statement("STOP REPLICA FOR CHANNEL ?", channel));
  await server.run(statement("SET GLOBAL super_read_only = 0"));
  await createJournal(server);
  const { serverUuid } = await readServerFacts(server);
  const number = (entry?.number ?? 0) + 1;
  const committed = server.batch(
    insertEntry({
      number,
      primaryUuid: serverUuid,
      previousUuid: previousUuid ?? UNKNOWN_UUID,
      finalGtidSet: await readExecuted(server),
      eventScheduler: entry?.eventScheduler ?? "ON",
    }),
    statement("SET GLOBAL read_only = 0"),
    statement("SELECT @@GLOBAL.read_only AS readOnly, @@GLOBAL.super_read_only AS superReadOnly"),
    PERSIST_OPEN,
    statement("RESET REPLICA ALL FOR CHANNEL ?", channel),
  );
  try {
    const results = await inTime(committed, ANSWER_MILLISECONDS, "making the candidate the primary", server.label);
    const [state] = openRow.array().parse(results[2]);
    if (state === undefined || state.readOnly || state.superReadOnly) throw new Error("it is still read-only");
  } catch (error) {
    throw new FerryError(
      {
        failed: `making ${candidate} the primary`,
        where: server.label,
        seen: messageOf(error),
        wanted: "the journal's entry, and a server that accepts writes",
        next: "run again: with the entry in the journal the failover is completed, without it begun anew",
      },
      { cause: error },
    );
  }
  return number;
}
