import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";

/** What a source on this machine is prepared for. */
export function preparationRequest(source: ConnectionOptions) {
  return {
    source,
    replicationAccount: { user: "gtid_ferry_repl", host: "127.0.0.1" },
    replicationRequiresTls: true,
    binlogRetentionSeconds: 604_800,
    gtidEnabling: "online",
    consistencyWatchSeconds: 2,
    stepTimeoutSeconds: 20,
    backupMethod: "clone",
  } as const;
}
