import { GtidSet } from "../gtid/index.js";
import type { ResetRecord } from "./reset-record.js";

/**
 * What a reset that was begun has still to do, by what the replica's gtid_executed has become:
 * - `compute`: it still has the whole history: compute the clean set, then reset;
 * - `reset`: the history is neither the old nor the clean one, and holds nothing but the replica's own;
 * - `purge`: the history is empty: set gtid_purged;
 * - `finish`: the history is clean: start the channels;
 * - `lost`: transactions of others were applied on top of a wrong history.
 */
export type ResetDecision = "compute" | "reset" | "purge" | "finish" | "lost";

export function decideReset(record: ResetRecord, executedText: string, serverUuid: string): ResetDecision {
  const executed = GtidSet.parse(executedText);
  const errant = GtidSet.parse(record.errant);
  // Without its errant GTIDs it is not the history that was to be cleaned.
  if (record.sets === undefined) return executed.contains(errant) ? "compute" : "lost";
  const clean = GtidSet.parse(record.sets.clean);
  // The source may come to use an errant GTID of its own UUID, and then the replica rightly has it.
  if (record.isClean) return executed.contains(clean) ? "finish" : "lost";
  if (executed.contains(clean) && executed.intersect(errant).isEmpty()) return "finish";
  if (executed.isEmpty()) return "purge";
  if (executed.contains(GtidSet.parse(record.sets.before))) return "compute";
  // FLUSH gets past super_read_only, and adds a GTID of this server.
  const isOwn = [...executed.intervals()].every(({ uuid }) => uuid === serverUuid);
  return isOwn ? "reset" : "lost";
}
