import { Command } from "commander";
import {
  type FailoverPreview,
  type FailoverRequest,
  type FailoverResult,
  failover,
  previewFailover,
  type Repaired,
} from "../failover/index.js";
import { describeVerdict } from "../reconcile/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { EXIT_CODE } from "./exit-code.js";
import { addFailoverLimits, type FailoverLimitOptions, failoverLimits } from "./failover-limits.js";
import { toStandardError } from "./to-standard-error.js";
import { readTopology, type StackTopology } from "./topology-file.js";
import { TOPOLOGY_HELP } from "./topology-help.js";
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

For a primary that is dead; to move the role from one that is up, use \`ferry switchover\` or the stack's phase. It is dead when
this machine gets no answer for some seconds and every replica's I/O thread has lost it: a lost network of this machine is no
failover. The replica with the most transactions applies its relay log, gathers what only other replicas have, and becomes the
primary; all others follow it, and traffic is routed to it. No known transaction is lost, and no errant transaction spreads,
without an option that says so. A run that was killed is completed by the next one with the same options.

The dead primary could come back writable, unless \`ferry watch --failover\` was watching it. Run this again when it is back:
it is fenced at once, and follows if it has nothing that the others lack; else what only it has is listed.

Exit code:
  0  failover complete, or nothing left to do
  1  refused, or a dry run; no changes made
  2  wrong usage, a failure, or something is left to do: run again

Examples:
  ferry failover --topology topology.json
  ferry failover --topology topology.json --confirm source
  ferry failover --topology topology.json --confirm source --to replica-1 --without replica-2`;

export function failoverCommand(): Command {
  const command = new Command("failover")
    .description("replace a dead primary with its best replica; a dry run without --confirm")
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
      process.exitCode = await withRoutes(topology.routes, toStandardError, (routes) => run(request, routes, options));
    });
}

async function run(request: FailoverRequest, routes: readonly TrafficRoute[], options: FailoverOptions) {
  const print = (result: object, lines: readonly string[]) =>
    console.log(options.json === true ? JSON.stringify(result, undefined, 2) : lines.join("\n"));
  if (options.plan === true || options.confirm === undefined) {
    const plan = await previewFailover(request, routes);
    const verdict = plan.refusals.length > 0 ? plan.refusals.map(describeVerdict) : [dryRun(plan)];
    print(plan, [...plan.lines, ...verdict]);
    return EXIT_CODE.blockers;
  }
  const result = await failover(request, routes, toStandardError);
  print(result, describeResult(result));
  return exitCodeOf(result);
}

function dryRun({ givenUp, confirm }: FailoverPreview): string {
  const unchanged = "Dry run: no changes made";
  if (confirm === undefined) return unchanged;
  return givenUp === undefined
    ? `${unchanged}. To do this, re-run with --confirm ${confirm}`
    : `${unchanged}. To fail over and abandon ${givenUp}, re-run with --confirm ${confirm}`;
}

function requestFrom(topology: StackTopology, options: FailoverOptions): FailoverRequest {
  const { channel, members, tree } = topology;
  const { confirm, to, without, acceptErrant = false, acceptLoss = false, fenced = false } = options;
  return {
    channel,
    members,
    tree,
    ...(confirm === undefined ? {} : { expectedPrimary: confirm }),
    overrides: { ...(to === undefined ? {} : { to }), without, acceptErrant, acceptLoss, fenced },
    limits: failoverLimits(topology, options),
  };
}

function describeResult(result: FailoverResult): string[] {
  switch (result.kind) {
    case "refused":
      return [...result.findings.map(describeVerdict), "no changes made"];
    case "completed":
      return [`${result.primary} is the primary`, ...describeRepaired(result.repaired)];
    case "failed over": {
      const { primary, previous, number, writableMilliseconds, steps, repaired } = result.report;
      return [
        `${primary} is the primary instead of ${previous}, entry ${number} of the journal: writable after ${writableMilliseconds / 1000} s`,
        `milliseconds of each step: ${steps.map(({ step, milliseconds }) => `${step} ${milliseconds}`).join(", ")}`,
        ...describeRepaired(repaired),
        `${previous} could come back writable: run this again when it is back, and it is fenced and compared`,
      ];
    }
  }
}

function describeRepaired({ done, left, failed }: Repaired): string[] {
  return [
    ...done,
    ...left.map(({ server, seen, fix }) => `left: ${server}: ${seen}; next: ${fix}`),
    ...failed.map((line) => `left to do: ${line}`),
  ];
}

function exitCodeOf(result: FailoverResult): number {
  if (result.kind === "refused") return EXIT_CODE.blockers;
  const { failed } = result.kind === "completed" ? result.repaired : result.report.repaired;
  return failed.length > 0 ? EXIT_CODE.usageOrUnreachable : EXIT_CODE.fine;
}
