import type { Manifest } from "@gtid-ferry/engine/backup";
import type { PodServerRequest, PodServerResult } from "@gtid-ferry/engine/pod-server";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  diffByTable,
  GONE,
  guarded,
  hasUnknown,
  type InputsOf,
  noImport,
  report,
  reportPlan,
  toCreateError,
} from "./provider-support";

type Inputs = PodServerRequest;
type Outputs = Inputs & PodServerResult;

export interface PodServerArgs extends Omit<InputsOf<Inputs>, "manifest"> {
  /** Not there where the backup was lost after the cutover. */
  manifest?: pulumi.Input<Manifest | undefined>;
}

const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  target: "update",
  place: "update",
  keepsRelease: "update",
  restoreTimeoutSeconds: "update",
  startTimeoutSeconds: "update",
};

function nameOf({ namespace, statefulSet, ordinal = 0 }: Inputs["place"]): string {
  return `${namespace}/${statefulSet}-${ordinal}`;
}

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Inputs, news: Inputs) {
    const { place } = news;
    const where = `pod ${nameOf(place)}`;
    reportPlan(olds, [
      `${where}: download, verify and restore the backup in its init container`,
      `${where}: mysqld comes up with super_read_only, skip_replica_start, event_scheduler off`,
    ]);
    return { inputs: news };
  },

  /** Looks at the server: one that does not answer is followed by the next `up`, without a refresh. */
  async diff(_id: string, olds: Outputs, news: Inputs) {
    const { readPodServer } = await import("@gtid-ferry/engine/pod-server");
    return guarded(async () => {
      const isAway = async () => (await readPodServer(news, olds, report))?.running !== true;
      const difference = diffByTable({ ...olds }, { ...news }, EFFECTS, hasUnknown(news) || (await isAway()));
      const [before, after] = [olds.place, news.place];
      const isOther = nameOf(before) !== nameOf(after);
      return isOther ? { ...difference, replaces: [...(difference.replaces ?? []), "place"] } : difference;
    });
  },

  async create(inputs: Inputs) {
    const { ensurePodServer } = await import("@gtid-ferry/engine/pod-server");
    const id = nameOf(inputs.place);
    return guarded(
      async () => ({ id, outs: { ...inputs, ...(await ensurePodServer(inputs, undefined, report)) } }),
      (error) => toCreateError(error, id, inputs),
    );
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const { ensurePodServer } = await import("@gtid-ferry/engine/pod-server");
    return guarded(async () => ({ outs: { ...news, ...(await ensurePodServer(news, olds, report)) } }));
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { readPodServer } = await import("@gtid-ferry/engine/pod-server");
    return guarded(async () => {
      const result = await readPodServer(props, props, report);
      return result === undefined ? GONE : { id, props: { ...props, ...result } };
    });
  },

  /** The release itself is Helm's; what is decided here is whether it may go, and its volume with it. */
  async delete(_id: string, props: Outputs) {
    const { releasePodServer } = await import("@gtid-ferry/engine/pod-server");
    return guarded(() => releasePodServer(props, props, report));
  },
};

/** The mysqld of one of the chart's pods, read-only on restored data: the first one is the target in Kubernetes. */
export class PodServer extends pulumi.dynamic.Resource {
  declare readonly serverUuid: pulumi.Output<string>;
  declare readonly version: pulumi.Output<string>;
  /** gtid_executed right after the restore. */
  declare readonly restoredGtidSet: pulumi.Output<string>;
  declare readonly restoreSeconds: pulumi.Output<number>;

  constructor(name: string, args: PodServerArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      {
        serverUuid: undefined,
        version: undefined,
        restoredGtidSet: undefined,
        restoreSeconds: undefined,
        running: undefined,
        ...args,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["target", "source", "place"] }),
      "gtid-ferry",
      "PodServer",
    );
  }
}
