import { Command } from "commander";
import { watch } from "../failover/index.js";
import { withRoutes } from "../traffic/index.js";
import { addFailoverLimits, type FailoverLimitOptions, failoverLimits } from "./failover-limits.js";
import { parsePositive } from "./parse-number.js";
import { readTopology } from "./topology-file.js";
import { TOPOLOGY_HELP } from "./topology-help.js";
import { WITHOUT_FLAGS } from "./without-option.js";

interface WatchCommandOptions extends FailoverLimitOptions {
  readonly topology: string;
  readonly failover?: true;
  readonly without: readonly string[];
  readonly interval: number;
  readonly coolDown: number;
  readonly record?: string;
}

const HELP = `${TOPOLOGY_HELP}

With --failover a dead primary is replaced as by \`ferry failover\`, with the same refusals and no override but --without, and not
again within the cool-down. Former primaries that come back are fenced, compared, and follow when they have nothing of their own.
Meanwhile the primary's persisted super_read_only is ON: if it dies it comes back fenced, and is opened only when it still is
the primary and every other server answers that is not left out by --without. An orderly end (SIGINT, SIGTERM) takes that back.

Exit code:
  0  ended in order
  2  wrong usage

Examples:
  ferry watch --topology topology.json
  ferry watch --topology topology.json --failover --interval 2 --cool-down 3600 --record /var/log/ferry-watch.jsonl`;

export function watchCommand(): Command {
  const command = new Command("watch")
    .description("look at all servers again and again and print what changes; changes nothing without --failover")
    .requiredOption("--topology <file>", "the stack output topology (JSON, mode 600), - for standard input")
    .option("--failover", "replace a primary that is dead")
    .option(
      WITHOUT_FLAGS,
      "go on without these servers, e.g. one that is lost for good; what only they have is lost",
      [],
    )
    .option("--interval <seconds>", "between two looks", parsePositive, 5)
    .option("--cool-down <seconds>", "no automatic failover for so long after the role has moved", parsePositive, 600);
  return addFailoverLimits(command)
    .option("--record <file>", "append what was seen and done, as JSON lines (mode 600)")
    .addHelpText("after", HELP)
    .action(run);
}

async function run(options: WatchCommandOptions): Promise<void> {
  const topology = await readTopology(options.topology);
  const { channel, members, tree, routes } = topology;
  const ended = new AbortController();
  const end = () => ended.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const request = { channel, members, tree, limits: failoverLimits(topology, options) };
  const how = {
    failover: options.failover === true,
    without: options.without,
    intervalSeconds: options.interval,
    coolDownSeconds: options.coolDown,
    ...(options.record === undefined ? {} : { recordFile: options.record }),
  };
  const progress = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  await withRoutes(routes, progress, (open) => watch(request, open, how, progress, ended.signal));
}
