import type { ReleasePlace } from "@gtid-ferry/engine/helm-release";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  diffByTable,
  guarded,
  hasUnknown,
  type InputsOf,
  noImport,
  report,
} from "./provider-support";

interface Inputs {
  readonly place: ReleasePlace;
  /** Whether the release outlives the stack. */
  readonly keepsRelease: boolean;
  /** What the pods log in with, which is to be there until they are gone. */
  readonly rights: Readonly<Record<string, unknown>>;
}

interface Outputs extends Inputs {
  /** Unlike that of any other stack, and of this one once it was destroyed. */
  readonly owner: string;
}

const EFFECTS: Readonly<Record<string, ChangeEffect>> = { place: "update", keepsRelease: "update", rights: "update" };

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  /** Another way to the cluster is an update; another release is another claim. */
  async diff(_id: string, olds: Outputs, news: Inputs) {
    const difference = diffByTable({ ...olds }, { ...news }, EFFECTS, false);
    const nameOf = ({ namespace, release }: ReleasePlace) => `${namespace}/${release}`;
    const isOther = !hasUnknown(news.place) && nameOf(olds.place) !== nameOf(news.place);
    return { ...difference, replaces: isOther ? ["place"] : [], deleteBeforeReplace: false };
  },

  async create(inputs: Inputs) {
    const { randomUUID } = await import("node:crypto");
    const { namespace, release } = inputs.place;
    return { id: `${namespace}/${release}/claim`, outs: { ...inputs, owner: randomUUID() } };
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    return { outs: { ...news, owner: olds.owner } };
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    return { id, props };
  },

  /** Comes after the release's own removal, which does not wait for its pods. */
  async delete(_id: string, { keepsRelease, place }: Outputs) {
    if (keepsRelease) return;
    const { awaitPodsGone } = await import("@gtid-ferry/engine/helm-release");
    return guarded(() => awaitPodsGone(place, report));
  },
};

/**
 * This stack's claim to a release. It lets a later run tell a release that a killed run has installed from one of somebody
 * else; and it is gone only when the release's pods are.
 */
export class ReleaseClaim extends pulumi.dynamic.Resource {
  declare readonly owner: pulumi.Output<string>;

  constructor(name: string, args: InputsOf<Inputs>, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { owner: undefined, ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["place"] }),
      "gtid-ferry",
      "ReleaseClaim",
    );
  }
}
