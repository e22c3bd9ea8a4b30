import type { CommandResult } from "./host.js";

export interface ShellOptions {
  readonly timeoutSeconds: number;
  readonly stdin?: string;
  /** Running it twice does what running it once does: after a lost connection it is run again. */
  readonly repeatable: boolean;
}

/** A way to run scripts of a POSIX shell on another machine. */
export interface RemoteShell {
  /** For messages. */
  readonly name: string;
  /** Connects where it has to. A ConnectionLostError leaves open whether the script was run. */
  execute(script: string, options: ShellOptions): Promise<CommandResult>;
  close(): Promise<void>;
}
