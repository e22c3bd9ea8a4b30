import { type CommandResult, LocalHost } from "../../hosts/index.js";
import { FerryError, messageOf } from "../../operation/index.js";
import { SIDES } from "../../topology/index.js";
import type { EndpointName } from "../endpoints.js";
import type { RouteState, TrafficRoute } from "../route.js";
import type { CommandOptions } from "./options.js";

type Action = "observe" | "lead" | "hold" | "cut";

const TAIL_CHARACTERS = 1000;

/**
 * Opens a route that a program of the user's own switches. It gets GTID_FERRY_ACTION (`observe`, `hold`, `cut`, `lead`)
 * and GTID_FERRY_SIDE (`source`, `target` or another member; empty for `observe` and `hold`), prints one word for `observe`, and ends
 * with 0 when all is done.
 */
export function openCommandRoute(options: CommandOptions): TrafficRoute {
  return new CommandRoute(options);
}

class CommandRoute implements TrafficRoute {
  readonly name: string;
  readonly endpoints: readonly EndpointName[];
  private readonly host = new LocalHost();

  constructor(private readonly options: CommandOptions) {
    this.name = `command ${options.name}`;
    this.endpoints = [...SIDES, ...options.members];
  }

  describe(to: EndpointName): readonly string[] {
    const others = this.endpoints.filter((name) => name !== to);
    const calls: [Action, EndpointName][] = [
      ["hold", ""],
      ...others.map((name): [Action, string] => ["cut", name]),
      ["lead", to],
    ];
    return calls
      .filter(([action]) => this.knows(action))
      .map(
        ([action, server]) =>
          `${action}: ${this.options.argv[0]} with GTID_FERRY_ACTION=${action} GTID_FERRY_SIDE=${server}`,
      );
  }

  async observe(): Promise<RouteState> {
    const printed = (await this.call("observe", "")).trim();
    const states: readonly RouteState[] = [...this.endpoints, "held", "elsewhere"];
    if (states.includes(printed)) return printed;
    throw this.failure("observe", `it printed ${JSON.stringify(printed.slice(0, 100))}`, `one of ${states.join(", ")}`);
  }

  async hold(): Promise<void> {
    if (this.knows("hold")) await this.call("hold", "");
  }

  async cut(from: EndpointName): Promise<void> {
    if (this.knows("cut")) await this.call("cut", from);
  }

  async lead(to: EndpointName): Promise<void> {
    await this.call("lead", to);
    const state = await this.observe();
    if (state !== to) throw this.failure("lead", `afterwards it says ${state}`, to);
  }

  async close(): Promise<void> {}

  private knows(action: Action): boolean {
    return action === "observe" || action === "lead" || this.options.actions.includes(action);
  }

  private async call(action: Action, server: EndpointName): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(action, server);
    if (exitCode === 0) return stdout;
    const tail = stderr.trim().slice(-TAIL_CHARACTERS);
    throw this.failure(action, `exit code ${exitCode}${tail === "" ? "" : `: ${tail}`}`, "exit code 0");
  }

  private async run(action: Action, server: EndpointName): Promise<CommandResult> {
    const { argv, timeoutSeconds } = this.options;
    const where = [`GTID_FERRY_ACTION=${action}`, `GTID_FERRY_SIDE=${server}`];
    try {
      return await this.host.run({ argv: ["env", ...where, ...argv], timeoutSeconds });
    } catch (error) {
      const seen = error instanceof FerryError ? error.problem.seen : messageOf(error);
      throw this.failure(action, seen, `its end within ${timeoutSeconds} s`, error);
    }
  }

  private failure(action: Action, seen: string, wanted: string, cause?: unknown): FerryError {
    return new FerryError(
      {
        failed: `${action} by ${this.options.argv[0]}`,
        where: this.name,
        seen,
        wanted,
        next: "mend the program, or the route in gtid-ferry:trafficRoutes, then run again",
      },
      { cause },
    );
  }
}
