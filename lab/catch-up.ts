import { addressOf, type ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { silent, waitUntil } from "@gtid-ferry/engine/operation";
import { type ChannelReport, reportChannel } from "@gtid-ferry/engine/replication";
import { CHANNEL } from "./defaults.js";

const TIMEOUT_SECONDS = 600;

/** Waits until the target has every transaction of a source that is no longer written to. */
export async function awaitCatchUp(source: ConnectionOptions, target: ConnectionOptions): Promise<ChannelReport> {
  const wait = {
    awaited: "every transaction of the source on the target",
    where: `target ${addressOf(target)}`,
    next: "see whether the channel runs: pulumi refresh, then pulumi up",
    timeoutSeconds: TIMEOUT_SECONDS,
    progress: silent,
  };
  return waitUntil(wait, async () => {
    const report = await reportChannel(source, target, CHANNEL);
    return report.missing === "" ? { done: report } : { seen: `missing ${report.missing}` };
  });
}
