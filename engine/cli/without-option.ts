import type { StackTopology } from "./topology-file.js";
import { UsageError } from "./usage-error.js";

export const WITHOUT_FLAGS = "--without <names...>";

/** The topology as if it had never had these servers. Its tree still names them, until it is known who is the primary. */
export function leaveOut(topology: StackTopology, names: readonly string[]): StackTopology {
  const unknown = names.filter((name) => !Object.hasOwn(topology.members, name));
  if (unknown.length > 0) {
    const known = Object.keys(topology.members).join(", ");
    throw new UsageError(`no server ${unknown.join(", ")} to be left out: wanted names among ${known}`);
  }
  const members = Object.entries(topology.members).filter(([name]) => !names.includes(name));
  return { ...topology, members: Object.fromEntries(members) };
}
