import { Command } from "commander";
import {
  type FailoverPlan,
  type FailoverRequest,
  type FailoverResult,
  failover,
  planFailover,
  type Settled,
} from "../failover/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { addFailoverLimits, type FailoverLimitOptions, failoverLimits } from "./failover-limits.js";
import { EXIT_CODE } from "./preflight-command.js";
import { TOPOLOGY_HELP } from "./topology-command.js";
import { readTopology, type Topology } from "./topology-file.js";
import { WITHOUT_FLAGS } from "./without-option.js";

interface FailoverOptions extends FailoverLimitOptions {
  readonly topology: string;
  readonly confirm?: string;
  readonly to?: string;
  readonly without: readonly string[];
  readonly acceptErrant?: true;
  readonly acceptLoss?: true;
  readonly fenced?: true;
  readonly plan?: true;
  readonly json?: true;
}

const HELP = `${TOPOLOGY_HELP}

For a primary that is dead; to move the role from one that lives is a switchover, made by the stack's phase. It is dead when
this machine gets no answer for some seconds and no replica hears it any more: a lost network of this machine is no failover.
The replica with the most transactions applies what it has received, collects what only others have, and becomes the
primary; all others follow it, and the routes lead to it. Nothing that is known is lost, and no errant transaction spreads,
without an option that says so. A run that was killed is completed by the next one with the same options.

The dead primary could come back writable, unless \`ferry watch --failover\` was watching it. Run this again when it is back:
it is fenced at once, and follows if it has nothing that the others lack; else what only it has is listed.

Exit code:
  0  the primary is replaced, or what was left of a failover is in order
  1  refused, or only planned; nothing was changed
  2  wrong usage, a failure, or something is left to do: run again

Examples:
  ferry failover --topology topology.json
  ferry failover --topology topology.json --confirm source
  ferry failover --topology topology.json --confirm source --to replica-1 --without replica-2`;

export function failoverCommand(): Command {
  const command = new Command("failover")
    .description(
      "replace a primary that is dead by its best replica; prints the plan, and changes nothing without --confirm",
    )
    .requiredOption("--topology <file>", "the stack output topology (JSON, mode 600), - for standard input")
    .option("--plan", "only look, and print what would be done (the default without --confirm)")
    .option("--confirm <name>", "give up this primary")
    .option("--to <name>", "the server that shall be the primary (default: the most advanced one)")
    .option(WITHOUT_FLAGS, "go on without these servers; what only they have is lost", [])
    .option("--accept-errant", "let errant transactions of the new primary be replayed on all others")
    .option("--accept-loss", "go on although the transactions that the plan names are lost")
    .option("--fenced", "you made sure that the primary cannot come back writable: no replica has to look for it");
  return addFailoverLimits(command)
    .option("--json", "print a JSON object at the end; progress goes to standard error")
    .addHelpText("after", HELP)
    .action(async (options: FailoverOptions) => {
      const topology = await readTopology(options.topology);
      const request = requestFrom(topology, options);
      process.exitCode = await withRoutes(topology.routes, (routes) => run(request, routes, options));
    });
}

async function run(request: FailoverRequest, routes: readonly TrafficRoute[], options: FailoverOptions) {
  const print = (result: object, lines: readonly string[]) =>
    console.log(options.json === true ? JSON.stringify(result, undefined, 2) : lines.join("\n"));
  if (options.plan === true || options.confirm === undefined) {
    const plan = await planFailover(request, routes);
    print(plan, [...plan.lines, ...(plan.refusals.length > 0 ? plan.refusals : [`nothing was changed${howTo(plan)}`])]);
    return EXIT_CODE.blockers;
  }
  const result = await failover(request, routes, (line) => console.error(line));
  print(result, describeResult(result));
  return exitCodeOf(result);
}

function howTo({ givenUp, confirm }: FailoverPlan): string {
  if (confirm === undefined) return "";
  return givenUp === undefined
    ? `; make it so by --confirm ${confirm}`
    : `; give up ${givenUp} by --confirm ${confirm}`;
}

function requestFrom(topology: Topology, options: FailoverOptions): FailoverRequest {
  const { channel, members, tree } = topology;
  const { confirm, to, without, acceptErrant = false, acceptLoss = false, fenced = false } = options;
  return {
    channel,
    members,
    tree,
    ...(confirm === undefined ? {} : { expectedPrimary: confirm }),
    wishes: { ...(to === undefined ? {} : { to }), without, acceptErrant, acceptLoss, fenced },
    limits: failoverLimits(topology, options),
  };
}

function describeResult(result: FailoverResult): string[] {
  switch (result.kind) {
    case "refused":
      return [...result.reasons, "nothing was changed"];
    case "completed":
      return [`${result.primary} is the primary`, ...describeSettled(result.settled)];
    case "failed over": {
      const { primary, previous, number, writableSeconds, steps } = result.report;
      return [
        `${primary} is the primary instead of ${previous}, entry ${number} of the journal: writable after ${writableSeconds} s`,
        `seconds of each step: ${steps.map(({ step, seconds }) => `${step} ${seconds}`).join(", ")}`,
        ...describeSettled(result.report.settled),
        `${previous} could come back writable: run this again when it is back, and it is fenced and compared`,
      ];
    }
  }
}

function describeSettled({ done, parted, notes, failed }: Settled): string[] {
  return [...done, ...parted, ...notes, ...failed.map((line) => `left to do: ${line}`)];
}

function exitCodeOf(result: FailoverResult): number {
  if (result.kind === "refused") return EXIT_CODE.blockers;
  const { failed } = result.kind === "completed" ? result.settled : result.report.settled;
  return failed.length > 0 ? EXIT_CODE.usageOrUnreachable : EXIT_CODE.fine;
}
