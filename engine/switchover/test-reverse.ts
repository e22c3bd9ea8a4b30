import {
  type ChannelSource,
  type ChannelState,
  changeSourceStatement,
  describeChannel,
  readChannel,
  receiverRefusal,
  watchReceiverLogs,
} from "../channel/index.js";
import { type MysqlServer, type ServerVersion, type Statement, showStatement, statement } from "../mysql/index.js";
import { checkOn, FerryError, type Finding, type Progress, waitUntil } from "../operation/index.js";

const TIMEOUT_SECONDS = 20;

/** What is run on the primary to test reverse replication, in this order; the last one ends it. */
export function testStatements(
  channel: string,
  replicaAddress: ChannelSource,
  version: ServerVersion,
): readonly [Statement, Statement, Statement] {
  return [
    changeSourceStatement(channel, replicaAddress, version),
    statement("START REPLICA IO_THREAD FOR CHANNEL ?", channel),
    statement("STOP REPLICA FOR CHANNEL ?", channel),
  ];
}

/**
 * Proves reverse replication before it is needed: the primary's own server logs in to the replica with the replication
 * account, over TLS as configured, and receives from it. Afterwards the channel is as it will be, and stopped.
 */
export async function testReverse(
  primary: MysqlServer,
  replica: MysqlServer,
  channel: string,
  replicaAddress: ChannelSource,
  version: ServerVersion,
  progress: Progress,
): Promise<Finding> {
  const wanted = `channel ${channel} from ${replicaAddress.host}:${replicaAddress.port} as ${replicaAddress.user}, from this very server`;
  const check = checkOn(primary.label, "reverse-path", wanted);
  const [change, start, stop] = testStatements(channel, replicaAddress, version);
  try {
    for (const step of [change, start]) {
      progress(`${primary.label}: ${showStatement(step)} (test of reverse replication)`);
      await primary.run(step);
    }
    const wait = {
      awaited: wanted,
      where: primary.label,
      next: "",
      timeoutSeconds: TIMEOUT_SECONDS,
      intervalSeconds: 0.05,
      progress,
    };
    const logs = watchReceiverLogs(replica, primary, { channel, user: replicaAddress.user });
    await waitUntil(wait, async () => {
      const state = await readChannel(primary, channel);
      if (state?.receiver === "ON") return { done: undefined };
      if (state !== undefined && receiverRefusal(state) !== undefined) throw refused(primary.label, wanted, state);
      return { seen: `${describeChannel(state)}${await logs(state)}` };
    });
    await primary.run(stop);
    return check.ok("connected");
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return check.blocker(
      error.problem.seen,
      `let ${replicaAddress.user} log in to the replica from this server's address, and open the way to its port; to switch without reverse replication, and so without a rollback: reverseReplication none`,
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
