import { GtidSet } from "../gtid/index.js";
import type { ChannelState } from "./state.js";

export interface ReplicationLag {
  /** GTIDs that the source has and the replica has not; `""` when caught up. */
  readonly missing: string;
  /** Age of the newest applied transaction while some are missing; 0 when caught up, null when none was applied yet. */
  readonly seconds: number | null;
}

/** `now` and the channel's times are UTC texts `YYYY-MM-DD hh:mm:ss.ffffff` of the replica's clock. */
export function replicationLag(missing: string, state: ChannelState, now: string): ReplicationLag {
  if (missing === "") return { missing, seconds: 0 };
  if (state.lastAppliedCommit === undefined) return { missing, seconds: null };
  const milliseconds = utcMilliseconds(now) - utcMilliseconds(state.lastAppliedCommit);
  // Two hosts' clocks: a replica's may be behind its source's.
  return { missing, seconds: Math.max(0, milliseconds / 1000) };
}

/** For people, e.g. `caught up`, `behind by 3 transactions, 0.120 s`. */
export function describeLag({ missing, seconds }: ReplicationLag): string {
  if (missing === "") return "caught up";
  const age = seconds === null ? "" : `, ${seconds.toFixed(3)} s`;
  return `behind by ${GtidSet.parse(missing).count()} transactions${age}`;
}

function utcMilliseconds(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
