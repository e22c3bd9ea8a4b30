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
 * Who follows whom, by name; null for the primary. In phase finalize the source is left behind, and who followed it follows
 * the target.
 */
export function treeOf({ phase, replicas }: Pick<Configuration, "phase" | "replicas">): Tree {
  const isFinal = phase === "finalize";
  const ends: Tree = isFinal
    ? { target: null }
    : phase === "cutover"
      ? { target: null, source: "target" }
      : { source: null, target: "source" };
  const below = replicas.map(({ name, replicatesFrom }): [string, string] => [
    name,
    isFinal && replicatesFrom === "source" ? "target" : replicatesFrom,
  ]);
  return { ...ends, ...Object.fromEntries(below) };
}
