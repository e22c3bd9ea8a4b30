import { PERSIST_FENCED, PERSIST_WRITABLE } from "../fence/index.js";
import { type MysqlServer, showStatement } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { createJournal, isPersisted, type MemberState } from "../topology/index.js";

/**
 * Lets a primary that dies come back fenced, for as long as somebody watches it: by then another server may be the
 * primary. It accepts writes as before. The journal is made too, so that a promotion is one transaction.
 */
export async function persistFence(server: MysqlServer, primary: MemberState, progress: Progress): Promise<boolean> {
  if (primary.facts.readOnly || isPersisted(primary, "ON")) return false;
  await createJournal(server);
  progress(`${server.label}: ${showStatement(PERSIST_FENCED)} (it comes back fenced if it dies)`);
  await server.run(PERSIST_FENCED);
  return true;
}

/** Reverts what `persistFence` did, for a primary that accepts writes. */
export async function revertFence(server: MysqlServer, primary: MemberState, progress: Progress): Promise<void> {
  if (primary.facts.readOnly || !isPersisted(primary, "ON")) return;
  progress(`${server.label}: ${showStatement(PERSIST_WRITABLE)} (nobody watches it any more)`);
  await server.run(PERSIST_WRITABLE);
}
