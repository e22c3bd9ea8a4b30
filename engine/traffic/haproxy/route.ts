import { FerryError } from "../../operation/index.js";
import { type EndpointName, endpointOf } from "../endpoints.js";
import type { RouteState, TrafficRoute } from "../route.js";
import { HoldGuard } from "./hold-guard.js";
import { judge } from "./judge.js";
import type { HaproxyOptions } from "./options.js";
import { RuntimeApi } from "./runtime-api.js";
import { parseStatistics } from "./statistics.js";

const INFO_LIMIT = /^Maxconn: (\d+)$/m;

/** Opens a route by HAProxy's runtime API. Order and effects measured on HAProxy 3.2. */
export function openHaproxyRoute(options: HaproxyOptions): TrafficRoute {
  return new HaproxyRoute(options);
}

class HaproxyRoute implements TrafficRoute {
  readonly name: string;
  readonly endpoints: readonly EndpointName[];
  private readonly api: RuntimeApi;
  /** The frontend's own limit of connections, seen while nobody holds it. */
  private limit: number | undefined;
  private guard: HoldGuard | undefined;
  /** The last one that was ended; its file is removed when nobody waits for it. */
  private ended: HoldGuard | undefined;

  constructor(private readonly options: HaproxyOptions) {
    this.name = `HAProxy ${options.socket}, frontend ${options.frontend}`;
    this.endpoints = Object.keys(options.servers);
    this.api = new RuntimeApi(this.name, options.socket, options.timeoutSeconds);
  }

  describe(to: EndpointName): readonly string[] {
    const { frontend } = this.options;
    const others = this.others(to);
    const cut = others.map((server) => `shutdown sessions server ${server}`).join("; ");
    const disable = others.map((server) => `disable server ${server}`).join("; ");
    const hold = this.api.isLocal
      ? [`hold: set maxconn frontend ${frontend} 0 (new connections wait; a guard process ends it at the deadline)`]
      : ["no hold: HAProxy runs on another machine, and would wait for ever if this one died"];
    return [
      ...hold,
      `cut, once the old primary is fenced: ${cut}`,
      `lead, after the commit: ${disable}; enable server ${this.serverName(to)}; set maxconn frontend ${frontend} to what it was; ${cut}`,
      "HAProxy forgets this when it restarts: change its configuration too; until then the next `pulumi up` leads again",
    ];
  }

  async observe(): Promise<RouteState> {
    const answer = await this.api.run("show cli level; show stat");
    const level = said(answer);
    if (level === "admin") return this.judge(answer);
    throw this.unfit(`its runtime API answers "${level}" to \`show cli level\``, "`stats socket ... level admin`");
  }

  async arm(seconds: number): Promise<void> {
    if (!this.api.isLocal) return;
    const { socket, frontend } = this.options;
    const before = this.guard;
    this.guard = await HoldGuard.start({ socket, frontend, limit: await this.knownLimit(), seconds }, this.name);
    before?.end();
  }

  async hold(): Promise<void> {
    if (this.guard === undefined) return;
    if (!this.guard.isRunning) throw this.unfit("the guard that would end the hold has ended", "a guard that waits");
    await this.api.change(`set maxconn frontend ${this.options.frontend} 0`);
  }

  async cut(from: EndpointName): Promise<void> {
    await this.api.change(`shutdown sessions server ${this.serverName(from)}`);
  }

  /** Cuts too: what came to another server since the cut, where there was no hold, would stay with a fenced server. */
  async lead(to: EndpointName): Promise<void> {
    const others = this.others(to);
    const answer = await this.api.run(
      ...others.map((server) => `disable server ${server}`),
      `enable server ${this.serverName(to)}`,
      `set maxconn frontend ${this.options.frontend} ${await this.knownLimit()}`,
      ...others.map((server) => `shutdown sessions server ${server}`),
      "show stat",
    );
    const state = this.judge(answer);
    if (state !== "held") {
      this.guard?.end();
      this.ended = this.guard ?? this.ended;
      this.guard = undefined;
    }
    if (state === to) return;
    throw this.unfit(`it leads to ${state === "held" ? "nobody: it holds" : state}: ${said(answer)}`, to);
  }

  /** A guard that still runs has a hold to end that nobody else has ended: it goes on. */
  async close(): Promise<void> {
    await this.ended?.clean();
  }

  private serverName(name: EndpointName): string {
    return `${this.options.backend}/${endpointOf(this.options.servers, name, this.name)}`;
  }

  private others(to: EndpointName): readonly string[] {
    return this.endpoints.filter((name) => name !== to).map((name) => this.serverName(name));
  }

  private async knownLimit(): Promise<number> {
    if (this.limit === undefined) await this.observe();
    this.limit ??= this.options.maximumConnections;
    if (this.limit === undefined) this.limit = Number(INFO_LIMIT.exec(await this.api.run("show info"))?.[1]);
    if (Number.isInteger(this.limit) && this.limit > 0) return this.limit;
    throw this.unfit("neither the frontend nor the process says its limit of connections", "a limit above 0");
  }

  private judge(answer: string): RouteState {
    const judged = judge(parseStatistics(answer), this.options);
    if ("unfit" in judged) throw this.unfit(judged.unfit, judged.wanted);
    this.limit = judged.limit ?? this.limit;
    return judged.state;
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

/** What commands said before the table of `show stat`. */
function said(answer: string): string {
  return (
    answer
      .split("# ")[0]
      ?.trim()
      .replaceAll(/\s*\n\s*/g, " ") ?? ""
  );
}
