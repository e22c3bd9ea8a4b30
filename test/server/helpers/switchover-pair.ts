import type { RolesRequest } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { DEFAULT_LIMITS, type SwitchoverLimits, type SwitchoverRequest } from "@gtid-ferry/engine/switchover";
import type { Side } from "@gtid-ferry/engine/topology";
import type { MysqldSettings } from "../../../lab/mysqld/index.js";
import { type Pair, startPair } from "./pair.js";

/** A source, and a target that replicates from it: what a switchover begins with. */
export interface SwitchoverPair extends Pair {
  request(to: Side, changes?: Partial<SwitchoverLimits>): SwitchoverRequest;
  /** The same, as the stack asks for it. */
  roles(primary: Side, changes?: Partial<RolesRequest>): RolesRequest;
}

export async function startSwitchoverPair(name: string, targetSettings?: MysqldSettings): Promise<SwitchoverPair> {
  const pair = await startPair(name, targetSettings);
  try {
    await ensureChannel(pair.channel, silent);
  } catch (error) {
    await pair.stop();
    throw error;
  }
  const { channel } = pair.channel;
  const members = {
    source: { ...pair.channel.source, host: { kind: "local" } },
    target: { ...pair.channel.target, host: { kind: "local" } },
  } as const;
  return {
    ...pair,
    request: (to, changes = {}) => ({
      channel,
      members,
      tree: { source: null, target: "source" },
      to,
      limits: { ...DEFAULT_LIMITS, ...changes },
    }),
    roles: (primary, changes = {}) => ({
      channel,
      ...members,
      primary,
      isFinal: false,
      limits: DEFAULT_LIMITS,
      routes: [],
      ...changes,
    }),
  };
}
