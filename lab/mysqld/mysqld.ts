import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import { FerryError, type Progress, silent } from "@gtid-ferry/engine/operation";
import type { MysqlInstallation } from "../../toolchain/mysql.js";
import { ADMINISTRATOR, APPLICATION, LAB_HOST } from "../defaults.js";
import {
  findFreePort,
  forgetProcess,
  isRunning,
  killProcess,
  type ProcessIdentity,
  readProcess,
  requireFreePort,
  stopProcess,
  writeProcess,
} from "../process/index.js";
import { launchMysqld } from "./launch.js";
import { queryAsRoot, type Row } from "./root-connection.js";
import { readServerRecord, type ServerRecord, writeServerRecord } from "./server-record.js";
import {
  configurationText,
  initialSettings,
  type MysqldSettings,
  mergeSettings,
  placeSettings,
  SOURCE_SETTINGS,
} from "./settings.js";
import { createDataDirectory } from "./template.js";

export interface MysqldOptions {
  /** Holds everything of the server: my.cnf, data/, mysqld.sock, error.log; made when it is not there. */
  readonly directory: string;
  /** @default the port it had before, else a free one */
  readonly port?: number;
  /** Added to `SOURCE_SETTINGS`, or replacing some of them. @default the settings it had before */
  readonly settings?: MysqldSettings;
  /** @default 120 */
  readonly startTimeoutSeconds?: number;
  /** Where it can be reached besides loopback: in a network namespace, which `prefix` leads into. @default LAB_HOST */
  readonly address?: string;
  /** Comes before the command. */
  readonly prefix?: readonly string[];
}

/** Longest path that the kernel takes for a socket. */
const SOCKET_PATH_BYTES = 107;
const STOP_GRACE_SECONDS = 60;

/** One mysqld process of the lab, known by its directory; it outlives this object and the process that started it. */
export class LabMysqld {
  readonly socket: string;
  readonly errorLogPath: string;
  readonly dataDirectory: string;

  private constructor(
    private readonly installation: MysqlInstallation,
    readonly directory: string,
    private server: ServerRecord,
    private readonly options: Pick<MysqldOptions, "startTimeoutSeconds" | "address" | "prefix">,
  ) {
    this.socket = join(directory, "mysqld.sock");
    this.errorLogPath = join(directory, "error.log");
    this.dataDirectory = join(directory, "data");
  }

  /** A server that was started there some time; it may be stopped now. */
  static find(installation: MysqlInstallation, directory: string): LabMysqld | undefined {
    const server = readServerRecord(directory);
    return server === undefined ? undefined : new LabMysqld(installation, directory, server, {});
  }

  /** Starts the server of a directory, or finds it running there; then nothing is changed. */
  static async start(
    installation: MysqlInstallation,
    options: MysqldOptions,
    progress: Progress = silent,
  ): Promise<LabMysqld> {
    const { directory } = options;
    refuseLongSocket(join(directory, "mysqld.sock"));
    const known = readServerRecord(directory);
    const server = {
      port: options.port ?? known?.port ?? (await findFreePort()),
      serverId: known?.serverId ?? randomInt(1000, 2 ** 32 - 1),
      settings: options.settings ?? known?.settings ?? {},
    };
    const lab = new LabMysqld(installation, directory, server, options);
    if (lab.isRunning()) {
      if (known !== undefined) lab.server = known;
      requirePort(lab, options.port);
      return lab;
    }
    await mkdir(directory, { recursive: true });
    await lab.configure();
    if (!existsSync(lab.dataDirectory)) {
      await createDataDirectory(installation, initialSettings(server.settings), lab.dataDirectory, progress);
    }
    await lab.launch();
    return lab;
  }

  get port(): number {
    return this.server.port;
  }

  get process(): ProcessIdentity | undefined {
    return readProcess(this.directory);
  }

  get address(): string {
    return this.options.address ?? LAB_HOST;
  }

  isRunning(): boolean {
    const { process } = this;
    return process !== undefined && isRunning(process);
  }

  administrator(): ConnectionOptions {
    return { host: this.address, port: this.port, ...ADMINISTRATOR };
  }

  application(): ConnectionOptions {
    return { host: this.address, port: this.port, ...APPLICATION };
  }

  /** Runs statements as root in one session and gives the rows of the last. */
  rootQuery(...statements: readonly string[]): Promise<Row[]> {
    return queryAsRoot(this.socket, ...statements);
  }

  /** Clean shutdown, or SIGKILL when it takes longer than a minute. */
  async stop(): Promise<void> {
    const { process } = this;
    if (process !== undefined) await stopProcess(process, STOP_GRACE_SECONDS);
    forgetProcess(this.directory);
  }

  /** As a crash: no flush, no goodbye. */
  async kill(): Promise<void> {
    const { process } = this;
    if (process !== undefined) await killProcess(process);
    forgetProcess(this.directory);
  }

  /** Stops it when it runs and starts it with the my.cnf that it has. */
  async restart(): Promise<void> {
    await this.stop();
    await this.launch();
  }

  async errorLog(): Promise<string> {
    return readFile(this.errorLogPath, "utf8");
  }

  private async configure(): Promise<void> {
    const { port, serverId, settings } = this.server;
    const { dataDirectory, socket, errorLogPath } = this;
    const { address } = this.options;
    const files = { dataDirectory, socket, errorLog: errorLogPath };
    const place = placeSettings({ ...files, ...(address === undefined ? {} : { address }) });
    const all = mergeSettings(SOURCE_SETTINGS, { server_id: serverId }, settings, place, { port });
    await writeFile(join(this.directory, "my.cnf"), configurationText(all));
    writeServerRecord(this.directory, this.server);
  }

  private async launch(): Promise<void> {
    const { startTimeoutSeconds = 120, address, prefix = [] } = this.options;
    if (address === undefined) await requireFreePort(this.port, `mysqld ${basename(this.directory)}`);
    const launch = {
      mysqld: this.installation.mysqld,
      configurationFile: join(this.directory, "my.cnf"),
      directory: this.directory,
      socket: this.socket,
      errorLog: this.errorLogPath,
      timeoutSeconds: startTimeoutSeconds,
      prefix,
    };
    await launchMysqld(launch, (process) => writeProcess(this.directory, process));
  }
}

function requirePort({ port, directory }: LabMysqld, wanted = port): void {
  if (port === wanted) return;
  throw new FerryError({
    failed: `starting mysqld ${basename(directory)}`,
    where: directory,
    seen: `it runs already, on port ${port}`,
    wanted: `port ${wanted}`,
    next: "stop it first, or use the port that it has",
  });
}

function refuseLongSocket(socket: string): void {
  if (Buffer.byteLength(socket) <= SOCKET_PATH_BYTES) return;
  throw new FerryError({
    failed: "starting mysqld",
    where: socket,
    seen: `a socket path of ${Buffer.byteLength(socket)} bytes`,
    wanted: `at most ${SOCKET_PATH_BYTES}, the kernel's limit`,
    next: "use a directory with a shorter path",
  });
}
