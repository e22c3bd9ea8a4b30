import type { Client } from "ssh2";

/**
 * Lets small answers come at once on both sides. OpenSSH's server holds them back (Nagle's algorithm, 40 ms at a time)
 * until a session runs a command, and a connection that only forwards never has one: so it gets one that does nothing.
 * A server that refuses it stays slow, and that is all.
 */
export function withoutDelay(client: Client): void {
  client.setNoDelay(true);
  client.exec("true", (error, channel) => {
    if (error !== undefined) return;
    channel.on("error", () => undefined);
    channel.stderr.resume();
    channel.resume().end();
  });
}
