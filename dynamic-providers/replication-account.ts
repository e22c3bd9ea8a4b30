import type { ReplicationAccountRequest } from "@gtid-ferry/engine/preparation";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  diffByTable,
  GONE,
  guarded,
  type InputsOf,
  noImport,
  report,
  reportPlan,
} from "./provider-support";

type Inputs = ReplicationAccountRequest;

interface Outputs extends Inputs {
  readonly password: string;
}

export type ReplicationAccountArgs = InputsOf<Inputs>;

const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  primary: "update",
  account: "update",
  requiresTls: "update",
};

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Partial<Inputs>, news: Inputs) {
    const { user, host } = news.account;
    reportPlan(olds, [`primary: account ${user}@${host} with REPLICATION SLAVE, for the replicas that remain`]);
    return { inputs: news };
  },

  async diff(_id: string, olds: Outputs, news: Inputs) {
    return diffByTable({ ...olds }, { ...news }, EFFECTS, false);
  },

  async create(inputs: Inputs) {
    const { ensureReplicationAccount } = await import("@gtid-ferry/engine/preparation");
    const { user, host } = inputs.account;
    return guarded(async () => {
      const password = await ensureReplicationAccount(inputs, undefined, report);
      return { id: `${user}@${host}`, outs: { ...inputs, password } };
    });
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const { ensureReplicationAccount } = await import("@gtid-ferry/engine/preparation");
    return guarded(async () => ({
      outs: { ...news, password: await ensureReplicationAccount(news, olds.password, report) },
    }));
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { hasReplicationAccount } = await import("@gtid-ferry/engine/preparation");
    return guarded(async () => ((await hasReplicationAccount(props)) ? { id, props } : GONE));
  },

  /** Replicas that outlive the stack log in with it. */
  async delete() {},
};

/** The account of the replicas on the new database, once that of the migration is gone. It outlives the stack. */
export class ReplicationAccount extends pulumi.dynamic.Resource {
  declare readonly password: pulumi.Output<string>;

  constructor(name: string, args: ReplicationAccountArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { password: undefined, ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["primary", "password"] }),
      "gtid-ferry",
      "ReplicationAccount",
    );
  }
}
