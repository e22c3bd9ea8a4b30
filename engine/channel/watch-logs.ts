import type { MysqlServer } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { isHopeless, readReceiverLog } from "./receiver-log.js";
import type { ChannelState } from "./state.js";

/** How long a receiver may be connecting before the servers' logs are asked why. */
const ASK_AFTER_MILLISECONDS = 1_000;

/**
 * To be told each state of a channel that is to connect; gives what both servers' error logs add while its receiver is
 * connecting and says no error, to be put behind what was seen. A cause that stays is a FerryError.
 */
export function watchReceiverLogs(
  source: MysqlServer,
  replica: MysqlServer,
  receiver: { readonly channel: string; readonly user: string },
): (state: ChannelState | undefined) => Promise<string> {
  const start = Date.now();
  let askedAt = start;
  let logged = "";
  return async (state) => {
    if (state?.receiver === "CONNECTING" && Date.now() - askedAt >= ASK_AFTER_MILLISECONDS) {
      askedAt = Date.now();
      logged = await ask(source, replica, { ...receiver, withinSeconds: Math.ceil((askedAt - start) / 1000) });
    }
    return logged;
  };
}

async function ask(
  source: MysqlServer,
  replica: MysqlServer,
  place: { readonly channel: string; readonly user: string; readonly withinSeconds: number },
): Promise<string> {
  const log = await readReceiverLog(source, replica, place);
  if (isHopeless(log)) {
    throw new FerryError({
      failed: `starting replication channel ${place.channel}`,
      where: source.label,
      seen: `it ends the connections of ${place.user}: ${log.source}`,
      wanted: `an init_connect that ${place.user} may run`,
      next: `GRANT ${place.user} what init_connect needs, or change init_connect (SET PERSIST init_connect = ...) until the migration is finalized, then run again`,
    });
  }
  return [
    ...(log.source === undefined ? [] : [`; the source's error log: ${log.source}`]),
    ...(log.replica === undefined ? [] : [`; the replica's error log: ${log.replica}`]),
  ].join("");
}
