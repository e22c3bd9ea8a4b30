import { z } from "zod";
import { PERSIST_OPEN } from "../cutover/index.js";
import { type MysqlServer, showStatement } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { PERSIST_REPLICA, type PlacedMember } from "../replica-tree/index.js";
import { createJournal } from "../topology/index.js";

const sourceRow = z.object({ source: z.string() });

/**
 * Lets a primary that dies come back fenced, for as long as somebody watches it: by then another server may be the
 * primary. It accepts writes as before. The journal is made too, so that a promotion is one transaction.
 */
export async function arm(server: MysqlServer, primary: PlacedMember, progress: Progress): Promise<boolean> {
  if (primary.facts.readOnly || isArmed(primary)) return false;
  await createJournal(server);
  progress(`${server.label}: ${showStatement(PERSIST_REPLICA)} (it comes back fenced if it dies)`);
  await server.run(PERSIST_REPLICA);
  return true;
}

export function isArmed({ persisted }: PlacedMember): boolean {
  return persisted.super_read_only === "ON" && persisted.read_only === "ON";
}

/** Ends what `arm` did, for a primary that accepts writes. */
export async function disarm(server: MysqlServer, primary: PlacedMember, progress: Progress): Promise<void> {
  if (primary.facts.readOnly || !isArmed(primary)) return;
  progress(`${server.label}: ${showStatement(PERSIST_OPEN)} (nobody watches it any more)`);
  await server.run(PERSIST_OPEN);
}

/** Whether a server is read-only since its start, by what was persisted, and not because somebody has made it so. */
export async function isFencedByRestart(server: MysqlServer): Promise<boolean> {
  const { source } = await server.queryOne(
    "SELECT VARIABLE_SOURCE AS source FROM performance_schema.variables_info WHERE VARIABLE_NAME = 'super_read_only'",
    [],
    sourceRow,
  );
  return source === "PERSISTED";
}
