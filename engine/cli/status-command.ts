import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import type { Finding } from "../operation/index.js";
import {
  checkHealth,
  describeFinding,
  describeTree,
  type ObservedTopology,
  observe,
  presentTree,
  reachableMembers,
  rootOf,
  type Tree,
  treeFrom,
  withMembers,
} from "../topology/index.js";
import { EXIT_CODE } from "./exit-code.js";
import { formatGtidSets, formatServers } from "./status-format.js";
import { readTopology, type StackTopology } from "./topology-file.js";
import { TOPOLOGY_HELP } from "./topology-help.js";

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

async function show(topology: StackTopology, options: StatusOptions, before: string): Promise<void> {
  const observed = await withMembers(topology, (open) => observe(topology, open));
  const tree = observed.primary === undefined ? topology.tree : treeFrom(topology.tree, observed.primary);
  const findings = checkHealth(observed, tree);
  const text = options.json === true ? jsonOf(observed, findings, options) : screen(observed, topology, tree, findings);
  console.log(before + text);
  process.exitCode = findings.length === 0 ? EXIT_CODE.fine : EXIT_CODE.blockers;
}

function screen(observed: ObservedTopology, topology: StackTopology, tree: Tree, findings: readonly Finding[]): string {
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  return [
    `${new Date().toISOString()}  channel ${observed.channel}  ${describePrimary(observed)}`,
    "",
    ...formatServers(observed, topology.members),
    "",
    "GTID sets",
    ...indented(formatGtidSets(observed)),
    "",
    ...(findings.length === 0 ? [`OK: topology healthy: ${describeTree(tree)}`] : [verdict(observed, tree)]),
    ...indented(findings.map(describeFinding)),
    ...describeMoved(observed, topology.tree),
  ].join("\n");
}

/** The worst first: two writable servers, none, or something else that is not as it is to be. */
function verdict(observed: ObservedTopology, tree: Tree): string {
  const writable = reachableMembers(observed).filter(({ facts }) => !facts.readOnly);
  if (writable.length > 1) return `CRITICAL: split brain: ${writable.length} writable servers`;
  if (writable.length === 0) return "CRITICAL: no writable server";
  return `DEGRADED: wanted ${describeTree(tree)}`;
}

/** The stack goes on from whoever has the role. */
function describeMoved({ primary }: ObservedTopology, declared: Tree): string[] {
  const root = rootOf(declared);
  if (primary === undefined || root === undefined || primary === root) return [];
  return [
    `${primary} is the primary, and the stack declares ${root}; nothing is moved back: \`ferry switchover --to ${root}\` gives it the role`,
  ];
}

function describePrimary({ status, primary }: ObservedTopology): string {
  const { entry } = status;
  const role = primary === undefined ? "no primary" : `primary ${primary}`;
  if (entry === undefined) return `${role}, no switchover yet`;
  return `${role}, since switchover ${entry.number} of ${entry.committedAt} UTC${entry.isFinal ? ", final" : ""}`;
}

function jsonOf(observed: ObservedTopology, findings: readonly Finding[], options: StatusOptions): string {
  const { channel, primary, members, status } = observed;
  const seen = {
    at: new Date().toISOString(),
    channel,
    primary,
    tree: presentTree(observed),
    problems: findings.map(describeFinding),
    findings,
    lastEntry: status.entry,
    members: Object.fromEntries(Object.values(members).map((member) => [member.name, withoutFailure(member)])),
  };
  return JSON.stringify(seen, undefined, options.watch === undefined ? 2 : 0);
}

function withoutFailure(member: ObservedTopology["members"][string]): object {
  if (member.reachable) return member;
  const { failure: _failure, ...shown } = member;
  return shown;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError("It should be a number of seconds above 0.");
  return seconds;
}
