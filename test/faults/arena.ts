import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LocalHost } from "@gtid-ferry/engine/hosts";
import { DEFAULT_LIMITS, type SwitchoverLimits, type SwitchoverRequest } from "@gtid-ferry/engine/switchover";
import type { Side } from "@gtid-ferry/engine/topology";
import {
  makeTestDirectory,
  removeTestDirectory,
  startTestHaproxy,
  type TestHaproxy,
  type TestMysql,
} from "../../lab/testing.js";
import { WRITTEN_TABLE } from "../server/helpers/following-writers.js";
import { letTargetCatchUp } from "../server/helpers/pair.js";
import { type SwitchoverPair, startSwitchoverPair } from "../server/helpers/switchover-pair.js";
import { Observer } from "./observer.js";
import { TcpProxy } from "./tcp-proxy.js";

export const BUDGET_SECONDS = 3;

export const LIMITS: SwitchoverLimits = {
  ...DEFAULT_LIMITS,
  budgetSeconds: BUDGET_SECONDS,
  attempts: 2,
  quietTimeoutSeconds: 10,
  settleTimeoutSeconds: 20,
};

const BIG_ROWS = 200_000;
/** More than a switchover wants to see free. */
const SMALL_DISK = "384m";

/** Two servers, HAProxy before them, a network that can fail between them and their driver, and an observer. */
export class Arena {
  private constructor(
    readonly pair: SwitchoverPair,
    readonly haproxy: TestHaproxy,
    readonly networks: Readonly<Record<Side, TcpProxy>>,
    readonly observer: Observer,
    readonly directory: string,
    /** Holds the target's binary logs and little else; undefined where there is none. */
    readonly smallDisk: string | undefined,
  ) {}

  /** `withSmallDisk` needs root: the target's disk is to be filled. */
  static async start({ withSmallDisk }: { readonly withSmallDisk: boolean }): Promise<Arena> {
    const directory = await makeTestDirectory("faults");
    const smallDisk = withSmallDisk ? await mountSmallDisk(directory) : undefined;
    const settings = smallDisk === undefined ? {} : { log_bin: join(smallDisk, "binlog"), max_binlog_size: "4M" };
    const pair = await startSwitchoverPair("faults", settings);
    await pair.source.rootQuery(
      "CREATE SCHEMA app",
      WRITTEN_TABLE,
      "CREATE TABLE app.t (id INT PRIMARY KEY, v INT)",
      "INSERT INTO app.t VALUES (1, 1)",
      "CREATE TABLE app.big (id INT PRIMARY KEY, v INT, filler CHAR(200) DEFAULT 'x')",
      "SET SESSION cte_max_recursion_depth = 10000000",
      `INSERT INTO app.big (id, v) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${BIG_ROWS}) SELECT i, 0 FROM n`,
      "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'w'",
      "GRANT ALL ON app.* TO writer@'127.0.0.1'",
    );
    await letTargetCatchUp(pair, 60);
    return new Arena(
      pair,
      await startTestHaproxy({ source: pair.source.port, target: pair.target.port }),
      { source: await TcpProxy.start(pair.source.port), target: await TcpProxy.start(pair.target.port) },
      await Observer.start({ source: pair.source.socket, target: pair.target.socket }),
      directory,
      smallDisk,
    );
  }

  server(side: Side): TestMysql {
    return this.pair[side];
  }

  /** As the driver sees it: through networks that can fail. */
  request(primary: Side): SwitchoverRequest {
    const request = this.pair.request(primary, LIMITS);
    const members = Object.entries(this.networks).map(([side, { port }]) => {
      const member = request.members[side];
      if (member === undefined) throw new Error(`no member ${side}`);
      return [side, { ...member, connection: { ...member.connection, port } }];
    });
    return { ...request, members: Object.fromEntries(members) };
  }

  async stop(): Promise<void> {
    await this.observer.stop();
    await Promise.all([this.networks.source.stop(), this.networks.target.stop(), this.haproxy.stop()]);
    await this.pair.stop();
    if (this.smallDisk !== undefined) await run("umount", this.smallDisk);
    await removeTestDirectory(this.directory);
  }
}

async function mountSmallDisk(directory: string): Promise<string> {
  const smallDisk = join(directory, "small-disk");
  await mkdir(smallDisk);
  await run("mount", "-t", "tmpfs", "-o", `size=${SMALL_DISK}`, "tmpfs", smallDisk);
  return smallDisk;
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { exitCode, stderr } = await new LocalHost().run({ argv: [program, ...args], timeoutSeconds: 30 });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}
