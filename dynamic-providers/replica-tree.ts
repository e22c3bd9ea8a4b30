import type { TreeRequest, TreeState } from "@gtid-ferry/engine/replica-tree";
import type { FollowLimits, Member, Tree } from "@gtid-ferry/engine/topology";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  checked,
  diffByTable,
  guarded,
  hasUnknown,
  type InputsOf,
  noImport,
  report,
  sameJson,
  toCreateError,
} from "./provider-support";

interface Inputs extends TreeRequest {
  /** Each member's source by name; null for the primary. */
  readonly tree: Tree;
  /** Members whose channel goes with this resource, or with their place in it; the others' belong to somebody else. */
  readonly owned: readonly string[];
  readonly limits: FollowLimits;
}

type Outputs = Inputs & TreeState;

export interface ReplicaTreeArgs extends Omit<InputsOf<Inputs>, "members"> {
  members: pulumi.Input<Record<string, InputsOf<Member>>>;
}

const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  channel: "replace",
  members: "update",
  tree: "update",
  owned: "update",
  limits: "update",
};

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Partial<Inputs>, news: Inputs) {
    return checked(news, async () => {
      const { assertTree, previewTree } = await import("@gtid-ferry/engine/replica-tree");
      if (!hasUnknown(news.tree)) assertTree(news.tree, Object.keys(news.members));
      if (hasUnknown(news) || sameJson(olds.tree, news.tree)) return;
      for (const line of await previewTree(news)) report(`plan: ${line}`);
    });
  },

  /** Looks at the servers: a replica that stopped is repaired by the next `up`, without a refresh. */
  async diff(_id: string, olds: Outputs, news: Inputs) {
    const { readTree } = await import("@gtid-ferry/engine/replica-tree");
    return guarded(async () => {
      const isOutOfOrder = async () => (await readTree(news)).problems.length > 0;
      return diffByTable({ ...olds }, { ...news }, EFFECTS, hasUnknown(news) || (await isOutOfOrder()));
    });
  },

  async create(inputs: Inputs) {
    const { ensureTree, readTree } = await import("@gtid-ferry/engine/replica-tree");
    const id = `${inputs.channel}/tree`;
    return guarded(
      async () => {
        await ensureTree(inputs, report);
        return { id, outs: { ...inputs, ...(await readTree(inputs)) } };
      },
      (error) => toCreateError(error, id, inputs),
    );
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const { dismissMembers, ensureTree, readTree } = await import("@gtid-ferry/engine/replica-tree");
    return guarded(async () => {
      await ensureTree(news, report);
      // Only now nobody follows them any more.
      const gone = olds.owned.filter((name) => news.members[name] === undefined);
      await dismissMembers(olds, gone, report);
      return { outs: { ...news, ...(await readTree(news)) } };
    });
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { readTree } = await import("@gtid-ferry/engine/replica-tree");
    return guarded(async () => {
      const state = await readTree(props);
      for (const problem of state.problems) report(problem);
      return { id, props: { ...props, ...state } };
    });
  },

  /** Moves no role, and stops nothing that it did not set up. */
  async delete(_id: string, props: Outputs) {
    const { releaseMembers } = await import("@gtid-ferry/engine/replica-tree");
    return guarded(() => releaseMembers(props, props.owned, report));
  },
};

/** Several servers that follow each other as a tree, by GTID, below the present primary. */
export class ReplicaTree extends pulumi.dynamic.Resource {
  /** The primary by name. */
  declare readonly primary: pulumi.Output<string>;
  /** Who follows whom. */
  declare readonly present: pulumi.Output<Tree>;
  /** What is not as declared; empty when all replicas receive and apply. */
  declare readonly problems: pulumi.Output<string[]>;

  constructor(name: string, args: ReplicaTreeArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { primary: undefined, present: undefined, problems: undefined, ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["members"] }),
      "gtid-ferry",
      "ReplicaTree",
    );
  }
}
