import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import {
  describeTree,
  type ObservedTree,
  observeMembers,
  presentTree,
  treeProblems,
  withMembers,
} from "../replica-tree/index.js";
import { EXIT_CODE } from "./preflight-command.js";
import { formatGtidSets, formatServers } from "./status-format.js";
import { TOPOLOGY_HELP } from "./topology-command.js";
import { readTopology, type Topology } from "./topology-file.js";

interface StatusOptions {
  readonly topology: string;
  /** Seconds between two looks; true for the default. */
  readonly watch?: number | true;
  readonly json?: true;
}

const WATCH_SECONDS = 2;
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

const HELP = `${TOPOLOGY_HELP}

Exit code:
  0  one server accepts writes, every other one follows whom it shall, receives, applies, and has no errant transaction
  1  something of that is not so; it is named
  2  wrong usage

Examples:
  ferry status --topology topology.json
  ferry status --topology topology.json --watch 5
  ferry status --topology topology.json --json | jq .problems`;

export function statusCommand(): Command {
  return new Command("status")
    .description("show all servers on one screen: roles, who follows whom, GTID sets, lag, errant transactions")
    .requiredOption("--topology <file>", "the stack output topology (JSON, mode 600), - for standard input")
    .option("--watch [seconds]", `look again and again, every ${WATCH_SECONDS} s or as given`, parseSeconds)
    .option("--json", "print a JSON object, with --watch one in each line")
    .addHelpText("after", HELP)
    .action(async (options: StatusOptions) => {
      const topology = await readTopology(options.topology);
      const { watch } = options;
      if (watch === undefined) return show(topology, options, "");
      for (;;) {
        await show(topology, options, process.stdout.isTTY ? CLEAR_SCREEN : "");
        await sleep((watch === true ? WATCH_SECONDS : watch) * 1000);
      }
    });
}

async function show(topology: Topology, options: StatusOptions, before: string): Promise<void> {
  const observed = await withMembers(topology, (open) => observeMembers(topology, open));
  const problems = treeProblems(observed, topology.tree);
  const text = options.json === true ? jsonOf(observed, problems, options) : screen(observed, topology, problems);
  console.log(before + text);
  process.exitCode = problems.length === 0 ? EXIT_CODE.fine : EXIT_CODE.blockers;
}

function screen(observed: ObservedTree, topology: Topology, problems: readonly string[]): string {
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  return [
    `${new Date().toISOString()}  channel ${observed.channel}  ${describePrimary(observed)}`,
    "",
    ...formatServers(observed, topology.members),
    "",
    "GTID sets",
    ...indented(formatGtidSets(observed)),
    "",
    ...(problems.length === 0
      ? [`all is well: ${describeTree(topology.tree)}`]
      : [`not as wanted (${describeTree(topology.tree)}):`, ...indented(problems)]),
  ].join("\n");
}

function describePrimary(observed: ObservedTree): string {
  const { entry } = observed.status;
  const role = observed.primary === undefined ? "no primary" : `primary ${observed.primary}`;
  if (entry === undefined) return `${role}, no switchover yet`;
  return `${role}, since switchover ${entry.number} of ${entry.committedAt} UTC${entry.isFinal ? ", final" : ""}`;
}

function jsonOf(observed: ObservedTree, problems: readonly string[], options: StatusOptions): string {
  const { channel, primary, members } = observed;
  const lastEntry = observed.status.entry;
  const status = {
    at: new Date().toISOString(),
    channel,
    primary,
    tree: presentTree(observed),
    problems,
    lastEntry,
    members,
  };
  return JSON.stringify(status, undefined, options.watch === undefined ? 2 : 0);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError("It should be a number of seconds above 0.");
  return seconds;
}
