import { Command } from "commander";
import {
  DEFAULT_FOLLOW_LIMITS,
  describeTree,
  describeTreePlan,
  ensureTree,
  observeMembers,
  planTree,
  presentTree,
  treeWithout,
  withMembers,
} from "../replica-tree/index.js";
import { EXIT_CODE } from "./preflight-command.js";
import { formatServers } from "./status-format.js";
import { readTopology, type Topology } from "./topology-file.js";
import { completeTree, readWantedTree } from "./wanted-tree.js";
import { leaveOut, WITHOUT_FLAGS } from "./without-option.js";

interface TopologyOptions {
  readonly topology: string;
  readonly to?: string;
  readonly without: readonly string[];
  readonly apply?: true;
  readonly json?: true;
}

/** How every command that works on all servers of a stack is told of them. */
export const TOPOLOGY_HELP = `
Takes everything from the stack output topology, a secret:
  pulumi stack output topology --show-secrets --json | npm run -s ferry -- COMMAND --topology -`;

const HELP = `${TOPOLOGY_HELP}

The wanted tree is the stack's, or the one after --to: chains from the source to the replica, an object of sources by name,
or a file with one. Who is not named there stays where it is. The primary accepts writes all the time; to make another
server the primary is for \`ferry switchover\`. Every server has to answer; one that is lost for good is left out by --without,
or is taken out of the stack's configuration. The next \`pulumi up\` makes the stack's own tree again.

Exit code:
  0  the tree is as wanted, or was made so
  1  it is not, and the plan was printed; or something stands against it
  2  wrong usage, or the change failed

Examples:
  ferry topology --topology topology.json
  ferry topology --topology topology.json --to 'a>c>b,a>d' --apply
  ferry topology --topology topology.json --to '{"a": null, "b": "a", "c": "a"}' --json`;

export function topologyCommand(): Command {
  return new Command("topology")
    .description("show who follows whom, and the plan to another tree of replicas; changes nothing without --apply")
    .requiredOption("--topology <file>", "the stack output topology (JSON, mode 600), - for standard input")
    .option("--to <tree>", "the wanted tree, e.g. 'a>b>c,a>d'")
    .option(
      WITHOUT_FLAGS,
      "as if these servers had never been there; who should follow one follows the next above it",
      [],
    )
    .option("--apply", "make it so")
    .option("--json", "print a JSON object at the end; progress goes to standard error")
    .addHelpText("after", HELP)
    .action(async (options: TopologyOptions) => {
      const topology = leaveOut(await readTopology(options.topology), options.without);
      const named = options.to === undefined ? undefined : await readWantedTree(options.to);
      await showAndApply(topology, named, options);
    });
}

async function showAndApply(
  topology: Topology,
  named: Topology["tree"] | undefined,
  options: TopologyOptions,
): Promise<void> {
  const { channel, members } = topology;
  const observed = await withMembers(topology, (open) => observeMembers(topology, open));
  const tree = completeTree(named ?? treeWithout(topology.tree, options.without, observed.primary), observed);
  const plan = planTree(observed, tree);
  const lines = describeTreePlan(plan, observed, topology);
  const isRefused = plan.obstacles.length > 0;
  const print = (result: object, text: readonly string[]) =>
    console.log(options.json === true ? JSON.stringify(result, undefined, 2) : text.join("\n"));
  if (options.apply === true && !isRefused) {
    const limits = { ...DEFAULT_FOLLOW_LIMITS, ...topology.limits };
    const result = await ensureTree({ channel, members, tree, limits }, (line) => console.error(line));
    const text = result.moved.length === 0 ? "nothing had to move" : `${result.moved.join(", ")} moved`;
    print({ ...result, tree }, [`${describeTree(tree)}: ${text}, ${result.seconds.toFixed(2)} s`]);
    return;
  }
  const present = presentTree(observed);
  print({ present, wanted: tree, plan: lines, refused: isRefused }, [
    ...formatServers(observed, members),
    "",
    ...(lines.length === 0
      ? ["nothing to do: the tree is as wanted"]
      : [`plan to ${describeTree(tree)}:`, ...lines.map((line) => `  ${line}`)]),
  ]);
  process.exitCode = isRefused || plan.steps.length > 0 ? EXIT_CODE.blockers : EXIT_CODE.fine;
}
