import { connect, type NetConnectOpts } from "node:net";
import { FerryError, messageOf } from "../../operation/index.js";

/** HAProxy's runtime API: each call is one connection, so it lives and dies with nobody. */
export class RuntimeApi {
  constructor(
    private readonly name: string,
    private readonly socket: string,
    private readonly timeoutSeconds: number,
  ) {}

  /** Whether HAProxy runs on this machine: then it cannot outlive what runs here. */
  get isLocal(): boolean {
    return this.socket.startsWith("/");
  }

  /** Runs commands in one go and gives their answers as one text. */
  async run(...commands: readonly string[]): Promise<string> {
    const text = commands.join("; ");
    try {
      return await this.exchange(`${text}\n`);
    } catch (error) {
      throw new FerryError(
        {
          failed: text,
          where: this.name,
          seen: messageOf(error),
          wanted: `HAProxy's runtime API at ${this.socket}`,
          next: "check that HAProxy runs and that its `stats socket` is there for this user",
        },
        { cause: error },
      );
    }
  }

  /** Runs commands that answer nothing; anything that they say is an error. */
  async change(...commands: readonly string[]): Promise<void> {
    const answer = (await this.run(...commands)).trim();
    if (answer === "") return;
    throw new FerryError({
      failed: commands.join("; "),
      where: this.name,
      seen: answer,
      wanted: "no complaint",
      next: "compare the route's names with HAProxy's configuration; its `stats socket` needs `level admin`",
    });
  }

  private exchange(text: string): Promise<string> {
    return new Promise((settle, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect(this.address());
      const timer = setTimeout(
        () => socket.destroy(new Error(`no answer for ${this.timeoutSeconds} s`)),
        this.timeoutSeconds * 1000,
      );
      socket.on("data", (chunk) => chunks.push(chunk));
      socket.on("error", reject);
      socket.on("end", () => {
        const answer = Buffer.concat(chunks).toString("utf8");
        // Even one who has nothing to say ends with an empty line; one who dies does not.
        if (answer.endsWith("\n")) settle(answer);
      });
      socket.on("close", () => {
        clearTimeout(timer);
        reject(new Error("the connection ended without a whole answer"));
      });
      socket.write(text);
    });
  }

  private address(): NetConnectOpts {
    if (this.isLocal) return { path: this.socket };
    const colon = this.socket.lastIndexOf(":");
    return { host: this.socket.slice(0, colon), port: Number(this.socket.slice(colon + 1)) };
  }
}
