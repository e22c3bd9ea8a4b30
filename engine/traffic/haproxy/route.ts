import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FerryError } from "../../operation/index.js";
import { otherSide, type Side } from "../../topology/side.js";
import type { RouteState, TrafficRoute } from "../route.js";
import type { GuardOrder } from "./guard.js";
import type { HaproxyOptions } from "./options.js";
import { RuntimeApi } from "./runtime-api.js";
import { findRow, parseStatistics, type StatisticsRow } from "./statistics.js";

const INFO_LIMIT = /^Maxconn: (\d+)$/m;
/** A server that is switched off by its administrator; anything else gets connections, or would if it were up. */
const DISABLED = /^MAINT/;

/** Opens a route by HAProxy's runtime API. Order and effects measured on HAProxy 3.2. */
export function openHaproxyRoute(options: HaproxyOptions): TrafficRoute {
  return new HaproxyRoute(options);
}

class HaproxyRoute implements TrafficRoute {
  readonly name: string;
  private readonly api: RuntimeApi;
  /** The frontend's own limit of connections, seen while nobody holds it. */
  private limit: number | undefined;
  private guard: ChildProcess | undefined;

  constructor(private readonly options: HaproxyOptions) {
    this.name = `HAProxy ${options.socket}, frontend ${options.frontend}`;
    this.api = new RuntimeApi(this.name, options.socket, options.timeoutSeconds);
  }

  describe(to: Side): readonly string[] {
    const { frontend, backend, servers } = this.options;
    const old = servers[otherSide(to)];
    const hold = this.api.isLocal
      ? [`hold: set maxconn frontend ${frontend} 0 (new connections wait; a guard process ends it at the deadline)`]
      : ["no hold: HAProxy runs on another machine, and would wait for ever if this one died"];
    return [
      ...hold,
      `cut, once the old primary is fenced: shutdown sessions server ${backend}/${old}`,
      `lead, after the commit: disable server ${backend}/${old}; enable server ${backend}/${servers[to]}; set maxconn frontend ${frontend} to what it was`,
      "HAProxy forgets this when it restarts: change its configuration too; until then the next `pulumi up` leads again",
    ];
  }

  async observe(): Promise<RouteState> {
    return this.judge(await this.api.run("show stat"));
  }

  async arm(seconds: number): Promise<void> {
    if (!this.api.isLocal) return;
    const { socket, frontend } = this.options;
    const limit = await this.knownLimit();
    const place = createHash("sha256").update(`${socket} ${frontend}`).digest("hex").slice(0, 16);
    const order: GuardOrder = {
      socket,
      frontend,
      limit,
      seconds,
      tokenFile: join(tmpdir(), `gtid-ferry-hold-${place}`),
      token: randomUUID(),
    };
    await writeFile(order.tokenFile, order.token, { mode: 0o600 });
    this.dismissGuard();
    const argv = [join(__dirname, "guard.js"), JSON.stringify(order)];
    // A session of its own: what ends this process and its group does not end the guard.
    const guard = spawn(process.execPath, argv, { detached: true, stdio: "ignore", cwd: "/" });
    this.guard = guard;
    await new Promise((started, failed) => guard.once("spawn", started).once("error", failed));
    guard.unref();
  }

  async hold(): Promise<void> {
    if (this.guard !== undefined) await this.api.change(`set maxconn frontend ${this.options.frontend} 0`);
  }

  async cut(side: Side): Promise<void> {
    await this.api.change(`shutdown sessions server ${this.serverName(side)}`);
  }

  async lead(side: Side): Promise<void> {
    const other = otherSide(side);
    const limit = await this.knownLimit();
    const answer = await this.api.run(
      `disable server ${this.serverName(other)}`,
      `enable server ${this.serverName(side)}`,
      `set maxconn frontend ${this.options.frontend} ${limit}`,
      "show stat",
    );
    this.dismissGuard();
    const state = this.judge(answer);
    if (state === side) return;
    throw this.unfit(
      `it leads to ${state === "held" ? "nobody: it holds" : state}: ${answer.split("#")[0]?.trim()}`,
      side,
    );
  }

  async close(): Promise<void> {
    // A guard that still runs here has a hold to end that nobody else has ended.
  }

  private dismissGuard(): void {
    this.guard?.kill("SIGKILL");
    this.guard = undefined;
  }

  private serverName(side: Side): string {
    return `${this.options.backend}/${this.options.servers[side]}`;
  }

  /** A hold of a run that died hides the frontend's own limit: then it is that of the whole process. */
  private async knownLimit(): Promise<number> {
    if (this.limit === undefined) await this.observe();
    if (this.limit === undefined) this.limit = Number(INFO_LIMIT.exec(await this.api.run("show info"))?.[1]);
    if (Number.isInteger(this.limit) && this.limit > 0) return this.limit;
    throw this.unfit("neither the frontend nor the process says its limit of connections", "a limit above 0");
  }

  private judge(answer: string): RouteState {
    const rows = parseStatistics(answer);
    const { frontend, backend, servers } = this.options;
    const limit = Number(this.require(rows, frontend, "FRONTEND").slim);
    const isEnabled = (side: Side) => !DISABLED.test(this.require(rows, backend, servers[side]).status ?? "");
    const [source, target] = [isEnabled("source"), isEnabled("target")];
    if (limit === 0) return "held";
    this.limit = limit;
    if (source === target) return "elsewhere";
    return source ? "source" : "target";
  }

  private require(rows: readonly StatisticsRow[], proxy: string, server: string): StatisticsRow {
    const row = findRow(rows, proxy, server);
    if (row !== undefined) return row;
    const known = rows.map(({ pxname, svname }) => `${pxname}/${svname}`).join(", ");
    throw this.unfit(`no ${proxy}/${server}; there is ${known || "nothing"}`, `${proxy}/${server}`);
  }

  private unfit(seen: string, wanted: string): FerryError {
    return new FerryError({
      failed: "using the traffic route",
      where: this.name,
      seen,
      wanted,
      next: "compare gtid-ferry:trafficRoutes with HAProxy's configuration (`show stat` on its socket)",
    });
  }
}
