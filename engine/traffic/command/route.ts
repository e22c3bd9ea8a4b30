import { type CommandResult, LocalHost } from "../../hosts/index.js";
import { FerryError, messageOf } from "../../operation/index.js";
import { otherSide, type Side } from "../../topology/side.js";
import type { RouteState, TrafficRoute } from "../route.js";
import type { CommandOptions } from "./options.js";

type Action = "observe" | "lead" | "hold" | "cut";

const STATES: readonly RouteState[] = ["source", "target", "held", "elsewhere"];
const TAIL_CHARACTERS = 1000;

/**
 * Opens a route that a program of the user's own switches. It gets GTID_FERRY_ACTION (`observe`, `hold`, `cut`, `lead`)
 * and GTID_FERRY_SIDE (`source` or `target`; empty for `observe` and `hold`), prints one word for `observe`, and ends
 * with 0 when all is done.
 */
export function openCommandRoute(options: CommandOptions): TrafficRoute {
  return new CommandRoute(options);
}

class CommandRoute implements TrafficRoute {
  readonly name: string;
  private readonly host = new LocalHost();

  constructor(private readonly options: CommandOptions) {
    this.name = `command ${options.name}`;
  }

  describe(to: Side): readonly string[] {
    const old = otherSide(to);
    const calls: [Action, Side | ""][] = [
      ["hold", ""],
      ["cut", old],
      ["lead", to],
    ];
    return calls
      .filter(([action]) => this.knows(action))
      .map(
        ([action, side]) =>
          `${action}: ${this.options.argv[0]} with GTID_FERRY_ACTION=${action} GTID_FERRY_SIDE=${side}`,
      );
  }

  async observe(): Promise<RouteState> {
    const printed = (await this.call("observe", "")).trim();
    const state = STATES.find((known) => known === printed);
    if (state !== undefined) return state;
    throw this.failure("observe", `it printed ${JSON.stringify(printed.slice(0, 100))}`, `one of ${STATES.join(", ")}`);
  }

  async hold(): Promise<void> {
    if (this.knows("hold")) await this.call("hold", "");
  }

  async cut(side: Side): Promise<void> {
    if (this.knows("cut")) await this.call("cut", side);
  }

  async lead(side: Side): Promise<void> {
    await this.call("lead", side);
    const state = await this.observe();
    if (state !== side) throw this.failure("lead", `afterwards it says ${state}`, side);
  }

  async close(): Promise<void> {}

  private knows(action: Action): boolean {
    return action === "observe" || action === "lead" || this.options.actions.includes(action);
  }

  private async call(action: Action, side: Side | ""): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(action, side);
    if (exitCode === 0) return stdout;
    const tail = stderr.trim().slice(-TAIL_CHARACTERS);
    throw this.failure(action, `exit code ${exitCode}${tail === "" ? "" : `: ${tail}`}`, "exit code 0");
  }

  private async run(action: Action, side: Side | ""): Promise<CommandResult> {
    const { argv, timeoutSeconds } = this.options;
    const where = [`GTID_FERRY_ACTION=${action}`, `GTID_FERRY_SIDE=${side}`];
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
