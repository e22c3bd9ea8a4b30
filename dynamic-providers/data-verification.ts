import type { MigrationVerification, VerificationSummary } from "@gtid-ferry/engine/verify";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  diffByTable,
  guarded,
  type InputsOf,
  noImport,
  report,
  reportPlan,
  sameJson,
} from "./provider-support";

interface Inputs extends MigrationVerification {
  /** Another value compares everything again. */
  readonly trigger: string;
  /** server_uuid of the migration's target: nobody has compared one that was restored anew. */
  readonly restoredUuid: string;
}
type Outputs = Inputs & VerificationSummary;

export interface DataVerificationArgs extends Omit<InputsOf<Inputs>, "source" | "target"> {
  source: InputsOf<Inputs["source"]>;
  target: InputsOf<Inputs["target"]>;
}

/** How a server is reached changes nothing of what was found there. */
const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  trigger: "update",
  restoredUuid: "update",
  ignoredObjects: "update",
};

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Partial<Inputs>, news: Inputs) {
    reportPlan(olds, [
      "compare every row (chunked reads), schema object, account and grant of both servers while they are in use; nothing is written; a difference stops the run before the switchover",
    ]);
    return { inputs: news };
  },

  async diff(_id: string, olds: Outputs, news: Inputs) {
    return diffByTable({ ...olds }, { ...news }, EFFECTS, false);
  },

  async create(inputs: Inputs) {
    const { ensureVerified } = await import("@gtid-ferry/engine/verify");
    return guarded(async () => ({
      id: "verification",
      outs: { ...inputs, ...(await ensureVerified(inputs, report)) },
    }));
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const isAskedFor = Object.keys(EFFECTS).some(
      (key) => !sameJson(olds[key as keyof Inputs], news[key as keyof Inputs]),
    );
    if (!isAskedFor) return { outs: { ...olds, ...news } };
    const { ensureVerified } = await import("@gtid-ferry/engine/verify");
    return guarded(async () => ({ outs: { ...news, ...(await ensureVerified(news, report)) } }));
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    return { id, props };
  },

  /** There is nothing but what was found. */
  async delete() {},
};

/** That both servers have the same data, found out before the primary role moves. A difference is an error. */
export class DataVerification extends pulumi.dynamic.Resource {
  /** When the comparison began: UTC, ISO 8601. */
  declare readonly startedAt: pulumi.Output<string>;
  declare readonly seconds: pulumi.Output<number>;
  declare readonly tables: pulumi.Output<number>;
  declare readonly rows: pulumi.Output<number>;

  constructor(name: string, args: DataVerificationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      {
        startedAt: undefined,
        seconds: undefined,
        primaryUuid: undefined,
        replicaUuid: undefined,
        rows: undefined,
        bytes: undefined,
        tables: undefined,
        ...args,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["source", "target"] }),
      "gtid-ferry",
      "DataVerification",
    );
  }
}
