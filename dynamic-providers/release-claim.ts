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
  /**
   * Looks at the release: one that a killed run has left behind is an update here, before Pulumi installs or updates it.
   * Another way to the cluster is an update too; another release is another claim.
   */
  async diff(_id: string, olds: Outputs, news: Inputs) {
    const { isLeftBehind } = await import("@gtid-ferry/engine/helm-release");
    return guarded(async () => {
      const isLeft = !hasUnknown(news.place) && (await isLeftBehind(news.place, olds.owner));
      const difference = diffByTable({ ...olds }, { ...news }, EFFECTS, isLeft);
      const nameOf = ({ namespace, release }: ReleasePlace) => `${namespace}/${release}`;
      const isOther = !hasUnknown(news.place) && nameOf(olds.place) !== nameOf(news.place);
      return { ...difference, replaces: isOther ? ["place"] : [], deleteBeforeReplace: false };
    });
  },

  async create(inputs: Inputs) {
    const { randomUUID } = await import("node:crypto");
    const { namespace, release } = inputs.place;
    return { id: `${namespace}/${release}/claim`, outs: { ...inputs, owner: randomUUID() } };
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const { takeOver } = await import("@gtid-ferry/engine/helm-release");
    return guarded(async () => {
      await takeOver(news.place, olds.owner, report);
      return { outs: { ...news, owner: olds.owner } };
    });
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
