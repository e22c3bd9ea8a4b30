import type { Side, SwitchoverLimits, SwitchoverRequest } from "@gtid-ferry/engine/cutover";
import { DEFAULT_LIMITS } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import type { MysqldSettings } from "../../../lab/mysqld/index.js";
import { type Pair, startPair } from "./pair.js";

/** A source, and a target that replicates from it: what a switchover begins with. */
export interface SwitchoverPair extends Pair {
  request(primary: Side, changes?: Partial<SwitchoverLimits>): SwitchoverRequest;
}

export async function startSwitchoverPair(name: string, targetSettings?: MysqldSettings): Promise<SwitchoverPair> {
  const pair = await startPair(name, targetSettings);
  try {
    await ensureChannel(pair.channel, silent);
  } catch (error) {
    await pair.stop();
    throw error;
  }
  const { channel } = pair;
  return {
    ...pair,
    request: (primary, changes = {}) => ({
      channel: channel.channel,
      source: { ...channel.source, host: { kind: "local" } },
      target: { ...channel.target, host: { kind: "local" } },
      primary,
      limits: { ...DEFAULT_LIMITS, ...changes },
    }),
  };
}
