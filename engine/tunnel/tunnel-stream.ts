import { Duplex } from "node:stream";

/** The bytes of one connection, which owns what it goes through. */
export abstract class TunnelStream extends Duplex {
  /** Node checks a certificate against this name where TLS gets none, as for an IP address; else against "localhost". */
  readonly _host: string;

  protected constructor(host: string) {
    super();
    this._host = host;
    this.once("end", () => this.destroy());
    // Whoever uses the stream may not listen yet.
    this.on("error", () => undefined);
  }

  /** Closes all hops at once. */
  protected abstract release(): void;

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.release();
    // TLS that refuses a certificate closes its stream before it says why; the user has to hear that first.
    setImmediate(done, error);
  }
}
