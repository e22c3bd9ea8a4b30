import type { Client, ClientChannel } from "ssh2";
import { tunnelLost } from "./tunnel-error.js";
import { TunnelStream } from "./tunnel-stream.js";

/** One forwarded connection with the login that is its own. */
export class SshStream extends TunnelStream {
  constructor(
    private readonly client: Client,
    private readonly channel: ClientChannel,
    where: string,
    host: string,
  ) {
    super(host);
    let seen = "the SSH server closed the connection";
    let cause: Error | undefined;
    client.on("error", (error) => {
      cause = error;
      seen = error.message;
    });
    // Comes before the channel's own end, which alone would look like the server's.
    client.once("close", () => this.destroy(tunnelLost(where, seen, cause)));
    channel.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.once("end", () => this.push(null));
    channel.once("close", () => this.push(null));
  }

  override _read(): void {
    this.channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.channel.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.channel.end();
    done();
  }

  protected override release(): void {
    this.client.destroy();
  }
}
