import type { ScriptFolder as Inputs } from "@gtid-ferry/engine/backup";
import * as pulumi from "@pulumi/pulumi";
import { type ChangeEffect, diffByTable, guarded, type InputsOf, noImport, report } from "./provider-support";

const EFFECTS: Readonly<Record<string, ChangeEffect>> = { host: "update", directory: "replace" };

const provider: pulumi.dynamic.ResourceProvider<Inputs, Inputs> = {
  /** Made before the old one goes: a backup may still run scripts of that. */
  async diff(_id: string, olds: Inputs, news: Inputs) {
    return { ...diffByTable({ ...olds }, { ...news }, EFFECTS, false), deleteBeforeReplace: false };
  },

  async create(inputs: Inputs) {
    const { makeScriptFolder } = await import("@gtid-ferry/engine/backup");
    return guarded(async () => {
      await makeScriptFolder(inputs);
      return { id: inputs.directory, outs: inputs };
    });
  },

  async update(_id: string, _olds: Inputs, news: Inputs) {
    const { makeScriptFolder } = await import("@gtid-ferry/engine/backup");
    return guarded(async () => {
      await makeScriptFolder(news);
      return { outs: news };
    });
  },

  async read(id: string, props?: Inputs): Promise<pulumi.dynamic.ReadResult<Inputs>> {
    if (props === undefined) throw noImport();
    return { id, props };
  },

  async delete(_id: string, props: Inputs) {
    const { removeScriptFolder } = await import("@gtid-ferry/engine/backup");
    return guarded(() => removeScriptFolder(props, report));
  },
};

/** A folder on the source's host. Deleting it does not need the host: one that is gone for good is named, and let be. */
export class ScriptFolder extends pulumi.dynamic.Resource {
  constructor(name: string, args: InputsOf<Inputs>, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["host"] }),
      "gtid-ferry",
      "ScriptFolder",
    );
  }
}
