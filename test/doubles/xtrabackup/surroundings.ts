/** A connection of the tool; it throws ServerError. */
export interface Server {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

export class ServerError extends Error {
  constructor(
    message: string,
    readonly errno: number,
  ) {
    super(message);
  }
}

export interface Login {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly socket: string | undefined;
  /** Upper case. */
  readonly tlsMode: string;
  readonly tlsCa: string | undefined;
}

/** All that the double has from outside. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** One line of the log, on stderr. */
  log(line: string): void;
  /** File descriptor that a backup is streamed to. */
  readonly stdout: number;
  /** What `--help` and wrong usage print, on stdout. */
  print(text: string): void;
  connect(login: Login): Promise<Server>;
}

/** The tool's end by itself. */
export class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}

type Level = "Note" | "Warning" | "ERROR";

/** Writes as the tool does; `error` also ends it. */
export class Log {
  constructor(private readonly surroundings: Pick<Surroundings, "log">) {}

  note(text: string): void {
    this.write("Note", text);
  }

  warn(text: string): void {
    this.write("Warning", text);
  }

  say(text: string): void {
    this.write("ERROR", text);
  }

  error(text: string, code = 1): never {
    this.say(text);
    throw new Exit(code);
  }

  raw(text: string): void {
    this.surroundings.log(text);
  }

  private write(level: Level, text: string): void {
    const now = new Date().toISOString().replace("Z", "000-00:00");
    this.surroundings.log(`${now} 0 [${level}] [MY-011825] [Xtrabackup] ${text}`);
  }
}
