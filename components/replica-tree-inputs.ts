import type { ChannelSource } from "@gtid-ferry/engine/channel";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { Tree } from "@gtid-ferry/engine/topology";
import type * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "./configuration";

/** A server as an administrator reaches it and as channels do; secret. */
export interface TreeMember {
  readonly connection: pulumi.Output<ConnectionOptions>;
  readonly address: pulumi.Output<ChannelSource>;
}

/**
 * Who follows whom, by name; null for the primary. In phase finalize, and where reverse replication is given up from phase
 * cutover on, the source is left behind, and who followed it follows the target.
 */
export function treeOf({
  phase,
  replicas,
  reverseReplication,
}: Pick<Configuration, "phase" | "replicas" | "reverseReplication">): Tree {
  const isMoved = phase === "cutover" || phase === "finalize";
  const isAlone = phase === "finalize" || (phase === "cutover" && reverseReplication === "none");
  const ends: Tree = isMoved ? { target: null } : { source: null, target: "source" };
  const below = replicas.map(({ name, replicatesFrom }): [string, string] => [
    name,
    isAlone && replicatesFrom === "source" ? "target" : replicatesFrom,
  ]);
  return { ...ends, ...(isMoved && !isAlone ? { source: "target" } : {}), ...Object.fromEntries(below) };
}
