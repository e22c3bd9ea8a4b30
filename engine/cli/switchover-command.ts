import { Command } from "commander";
import { DEFAULT_LIMITS, previewSwitchover, type SwitchoverRequest, switchover } from "../switchover/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { EXIT_CODE } from "./exit-code.js";
import { parsePositive } from "./parse-number.js";
import { toStandardError } from "./to-standard-error.js";
import { readTopology } from "./topology-file.js";
import { TOPOLOGY_HELP } from "./topology-help.js";
import { leaveOut, WITHOUT_FLAGS } from "./without-option.js";

interface SwitchoverOptions {
  readonly topology: string;
  readonly to: string;
  readonly without: readonly string[];
  readonly budget: number;
  readonly plan?: true;
  readonly json?: true;
}

const HELP = `${TOPOLOGY_HELP}

For a primary that lives; to replace a dead one is \`ferry failover\`. The next primary is put directly below the present one,
which then is fenced; when the next one has everything, it accepts writes, traffic is routed to it, and whoever followed the
former primary follows it. Writes pause for at most the budget, after which the former primary accepts writes again by
itself. A run that was killed is completed by the next one.

A stack leads the role to its source or its target, as its phase says: the next \`pulumi up\` does so, and refuses while another
replica has it.

Exit code:
  0  the server is the primary, and everybody follows it
  1  with --plan: it is not
  2  wrong usage, refused, or a failure

Examples:
  ferry switchover --topology topology.json --to replica-1 --plan
  ferry switchover --topology topology.json --to replica-1`;

export function switchoverCommand(): Command {
  return new Command("switchover")
    .description("make another server of the tree the primary while the present one lives, and lead everybody below it")
    .requiredOption("--topology <file>", "the stack output topology (JSON, mode 600), - for standard input")
    .requiredOption("--to <name>", "the server that shall be the primary")
    .option(WITHOUT_FLAGS, "as if these servers, e.g. one that is lost for good, had never been there", [])
    .option("--plan", "only look, and print what would be done")
    .option("--budget <seconds>", "longest write pause", parsePositive, DEFAULT_LIMITS.budgetSeconds)
    .option("--json", "print a JSON object at the end; progress goes to standard error")
    .addHelpText("after", HELP)
    .action(async (options: SwitchoverOptions) => {
      const topology = leaveOut(await readTopology(options.topology), options.without);
      const { channel, members, tree, routes, limits } = topology;
      const request = {
        channel,
        members,
        tree,
        to: options.to,
        limits: { ...DEFAULT_LIMITS, ...limits, budgetSeconds: options.budget },
      };
      process.exitCode = await withRoutes(routes, toStandardError, (opened) => run(request, opened, options));
    });
}

async function run(request: SwitchoverRequest, routes: readonly TrafficRoute[], options: SwitchoverOptions) {
  const print = (result: object, text: string) =>
    console.log(options.json === true ? JSON.stringify(result, undefined, 2) : text);
  if (options.plan === true) {
    const plan = await previewSwitchover(request, routes);
    const isDone = plan.lines.length === 0;
    print(plan, isDone ? `nothing to do: ${request.to} is the primary` : plan.lines.join("\n"));
    return isDone ? EXIT_CODE.fine : EXIT_CODE.blockers;
  }
  const result = await switchover(request, routes, toStandardError);
  const { primary, moved, report } = result;
  const pause =
    report === undefined
      ? "was the primary already"
      : `is the primary, writes paused for ${report.pauseMilliseconds} ms`;
  print(result, `${primary} ${pause}; ${moved.length === 0 ? "no other server" : moved.join(", ")} had to move`);
  return EXIT_CODE.fine;
}
