import type { AccessRequest } from "@gtid-ferry/engine/access";
import type { Finding } from "@gtid-ferry/engine/operation";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  diffByTable,
  guarded,
  hasUnknown,
  type InputsOf,
  noImport,
  report,
  reportPlan,
  sameJson,
} from "./provider-support";

type Inputs = AccessRequest;

interface Outputs extends Inputs {
  /** None of them a blocker. */
  readonly findings: readonly Finding[];
}

export interface AccessCheckArgs extends Omit<InputsOf<Inputs>, "podLogin" | "writer" | "vault"> {
  podLogin?: pulumi.Input<Inputs["podLogin"]>;
  writer?: pulumi.Input<Inputs["writer"]>;
  vault?: pulumi.Input<Inputs["vault"]>;
}

/** What another answer may follow from: who the pod is and what it looks at, not how this machine gets there. */
const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  release: "update",
  chartValues: "update",
  database: "update",
  bucket: "update",
  podLogin: "update",
  source: "update",
  vault: "update",
};

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Partial<Inputs>, news: Inputs) {
    const { cluster, bucket, source } = news;
    if (hasUnknown([cluster, bucket, source])) return { inputs: news };
    const pod = `a pod like those of release ${news.release} in namespace ${cluster.namespace}`;
    reportPlan(olds, [
      `${pod} lists bucket ${bucket.bucket} and reads a test object`,
      `${pod} connects to MySQL at ${source.host}:${source.port}`,
      ...(news.vault === undefined
        ? []
        : [`a token of the pod's service account logs in to Vault at ${news.vault.address} and reads the secret`]),
    ]);
    return { inputs: news };
  },

  async diff(_id: string, olds: Outputs, news: Inputs) {
    return diffByTable({ ...olds }, { ...news }, EFFECTS, false);
  },

  async create(inputs: Inputs) {
    const { ensureAccess } = await import("@gtid-ferry/engine/access");
    const id = `${inputs.cluster.namespace}/${inputs.release}/access`;
    return guarded(async () => ({ id, outs: { ...inputs, findings: await ensureAccess(inputs, report) } }));
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const keys = Object.keys(EFFECTS) as (keyof Inputs)[];
    if (keys.every((key) => sameJson(olds[key], news[key]))) return { outs: { ...news, findings: olds.findings } };
    const { ensureAccess } = await import("@gtid-ferry/engine/access");
    return guarded(async () => ({ outs: { ...news, findings: await ensureAccess(news, report) } }));
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    return { id, props };
  },

  /** There is nothing but what was found. */
  async delete() {},
};

/** That the target's pods will get at bucket, source and Vault, found out before any backup is made. A blocker is an error. */
export class AccessCheck extends pulumi.dynamic.Resource {
  declare readonly findings: pulumi.Output<readonly Finding[]>;

  constructor(name: string, args: AccessCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { findings: undefined, ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["cluster", "podLogin", "writer"] }),
      "gtid-ferry",
      "AccessCheck",
    );
  }
}
