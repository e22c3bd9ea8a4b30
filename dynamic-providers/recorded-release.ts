import type { ReleasePlace } from "@gtid-ferry/engine/helm-release";
import * as pulumi from "@pulumi/pulumi";
import { type ChangeEffect, diffByTable, guarded, type InputsOf, noImport } from "./provider-support";

interface Inputs {
  readonly place: ReleasePlace;
  /** Of the release in the stack's state. */
  readonly releaseId: string;
}

const EFFECTS: Readonly<Record<string, ChangeEffect>> = { place: "update", releaseId: "update" };

const provider: pulumi.dynamic.ResourceProvider<Inputs, Inputs> = {
  async diff(_id: string, olds: Inputs, news: Inputs) {
    return diffByTable({ ...olds }, { ...news }, EFFECTS, false);
  },

  async create(inputs: Inputs) {
    const { markRecorded } = await import("@gtid-ferry/engine/helm-release");
    return guarded(async () => {
      await markRecorded(inputs.place);
      return { id: `${inputs.releaseId}/recorded`, outs: inputs };
    });
  },

  async update(_id: string, _olds: Inputs, news: Inputs) {
    const { markRecorded } = await import("@gtid-ferry/engine/helm-release");
    return guarded(async () => {
      await markRecorded(news.place);
      return { outs: news };
    });
  },

  async read(id: string, props?: Inputs): Promise<pulumi.dynamic.ReadResult<Inputs>> {
    if (props === undefined) throw noImport();
    return { id, props };
  },

  /** The mark goes with the release. */
  async delete() {},
};

/**
 * Writes on Helm's record that the stack's state has the release. A release without it was installed by a run that was
 * killed before that, which ReleaseClaim takes over.
 */
export class RecordedRelease extends pulumi.dynamic.Resource {
  constructor(name: string, args: InputsOf<Inputs>, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["place"] }),
      "gtid-ferry",
      "RecordedRelease",
    );
  }
}
