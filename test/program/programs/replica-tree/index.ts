import type { TreeRequest } from "@gtid-ferry/engine/replica-tree";
import type { Tree } from "@gtid-ferry/engine/topology";
import * as pulumi from "@pulumi/pulumi";
import { ReplicaTree } from "../../../../dynamic-providers/replica-tree";

const configuration = new pulumi.Config();
const request = configuration.requireSecretObject<TreeRequest>("request");
const tree = configuration.requireObject<Tree>("tree");

const replicas = new ReplicaTree("tree", {
  channel: request.channel,
  members: request.members,
  tree,
  owned: Object.keys(tree).filter((name) => tree[name] !== null),
  limits: { settleTimeoutSeconds: 30 },
});

export const primary = replicas.primary;
export const present = replicas.present;
