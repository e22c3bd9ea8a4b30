import {
  type ChannelSource,
  type ChannelState,
  changeSourceStatement,
  describeChannel,
  readChannel,
  receiverRefusal,
} from "../channel/index.js";
import { type MysqlServer, readServerFacts, showStatement, statement } from "../mysql/index.js";
import { checkOn, FerryError, type Finding, type Progress, waitUntil } from "../operation/index.js";

const TIMEOUT_SECONDS = 20;

/**
 * Proves the way back before it is needed: the primary's own server logs in to the replica with the replication account,
 * over TLS as configured, and receives from it. Afterwards the channel is as it will be, and stopped.
 */
export async function rehearseReverse(
  primary: MysqlServer,
  channel: string,
  replicaAddress: ChannelSource,
  progress: Progress,
): Promise<Finding> {
  const wanted = `channel ${channel} from ${replicaAddress.host}:${replicaAddress.port} as ${replicaAddress.user}, from this very server`;
  const check = checkOn(primary.label, "reverse-path", wanted);
  const { version } = await readServerFacts(primary);
  try {
    const steps = [
      changeSourceStatement(channel, replicaAddress, version),
      statement("START REPLICA IO_THREAD FOR CHANNEL ?", channel),
    ];
    for (const step of steps) {
      progress(`${primary.label}: ${showStatement(step)} (rehearsal of the way back)`);
      await primary.run(step);
    }
    const wait = {
      awaited: wanted,
      where: primary.label,
      next: "",
      timeoutSeconds: TIMEOUT_SECONDS,
      intervalSeconds: 0.05,
    };
    await waitUntil(wait, async () => {
      const state = await readChannel(primary, channel);
      if (state?.receiver === "ON") return { done: undefined };
      if (state !== undefined && receiverRefusal(state) !== undefined) throw refused(primary.label, wanted, state);
      return { seen: describeChannel(state) };
    });
    await primary.run(statement("STOP REPLICA FOR CHANNEL ?", channel));
    return check.ok("connected");
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return check.blocker(
      error.problem.seen,
      `let ${replicaAddress.user} log in to the replica from this server's address, and open the way to its port; without a way back nothing is switched`,
    );
  }
}

/** An answer that waiting does not change. */
function refused(where: string, wanted: string, state: ChannelState): FerryError {
  return new FerryError({
    failed: "testing the reverse channel",
    where,
    seen: describeChannel(state),
    wanted,
    next: "",
  });
}
