import { Command } from "commander";
import { changeTree, describePlan, planTree } from "../reconcile/index.js";
import {
  DEFAULT_FOLLOW_LIMITS,
  describeTree,
  observe,
  presentTree,
  treeFrom,
  treeWithout,
  withMembers,
} from "../topology/index.js";
import { EXIT_CODE } from "./exit-code.js";
import { formatServers } from "./status-format.js";
import { toStandardError } from "./to-standard-error.js";
import { readTopology, type StackTopology } from "./topology-file.js";
import { TOPOLOGY_HELP } from "./topology-help.js";
import { completeTree, readWantedTree } from "./wanted-tree.js";
import { leaveOut, WITHOUT_FLAGS } from "./without-option.js";

interface TopologyOptions {
  readonly topology: string;
  readonly to?: string;
  readonly without: readonly string[];
  readonly apply?: true;
  readonly json?: true;
}

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
  topology: StackTopology,
  named: StackTopology["tree"] | undefined,
  options: TopologyOptions,
): Promise<void> {
  const observed = await withMembers(topology, (open) => observe(topology, open));
  const tree = completeTree(named ?? stackTree(topology, options.without, observed.primary), observed);
  const plan = planTree(observed, tree);
  const lines = describePlan(plan, observed, topology);
  const isRefused = plan.blockers.length > 0;
  const print = (result: object, text: readonly string[]) =>
    console.log(options.json === true ? JSON.stringify(result, undefined, 2) : text.join("\n"));
  if (options.apply === true && !isRefused) {
    const limits = { ...DEFAULT_FOLLOW_LIMITS, ...topology.limits };
    const result = await changeTree(topology, { tree, limits }, toStandardError);
    const text = result.moved.length === 0 ? "no server had to move" : `${result.moved.join(", ")} moved`;
    print({ ...result, tree }, [`${describeTree(tree)}: ${text}, ${result.seconds.toFixed(2)} s`]);
    return;
  }
  const present = presentTree(observed);
  print({ present, wanted: tree, plan: lines, refused: isRefused }, [
    ...formatServers(observed, topology.members),
    "",
    ...(lines.length === 0
      ? ["nothing to do: the topology is as desired"]
      : [`plan to ${describeTree(tree)}:`, ...lines.map((line) => `  ${line}`)]),
  ]);
  process.exitCode = isRefused || plan.steps.length > 0 ? EXIT_CODE.blockers : EXIT_CODE.fine;
}

/** The stack's own tree, from whoever has the primary role now. */
function stackTree({ tree }: StackTopology, without: readonly string[], primary: string | undefined) {
  return treeWithout(primary === undefined ? tree : treeFrom(tree, primary), without, primary);
}
