import type { ErrantPolicy } from "@gtid-ferry/engine/errant";
import type { ChannelRequest, ChannelResult } from "@gtid-ferry/engine/replication";
import type { Member } from "@gtid-ferry/engine/topology";
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

interface Inputs extends ChannelRequest {
  /** What is done about errant transactions of the replica. */
  readonly errantTransactions: ErrantPolicy;
  /** What confirms it, where that needs to be confirmed. */
  readonly errantTransactionsConfirmed: string;
}

type Outputs = Inputs & ChannelResult;

export interface ReplicationChannelArgs
  extends Omit<InputsOf<Inputs>, "source" | "target" | "replicas" | "reverseReplication"> {
  source: InputsOf<Member>;
  target: InputsOf<Member>;
  /** More replicas, one of which may have become the primary. @default {} */
  replicas?: pulumi.Input<Record<string, InputsOf<Member>>>;
  /** Whether the source has to replicate from the target once that is the primary. @default "required" */
  reverseReplication?: pulumi.Input<"required" | "none">;
}

const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  channel: "replace",
  source: "update",
  target: "update",
  replicas: "update",
  reverseReplication: "update",
  startTimeoutSeconds: "update",
  errantTransactions: "update",
  errantTransactionsConfirmed: "update",
};

function errantsOf({ errantTransactions, errantTransactionsConfirmed, ...place }: Inputs) {
  return { ...place, policy: errantTransactions, confirmation: errantTransactionsConfirmed };
}

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Inputs, news: Inputs) {
    // The source as the channel sees it is not known before the account has its password.
    const { source, target, channel, errantTransactions } = news;
    const { addressOf } = await import("@gtid-ferry/engine/mysql");
    const from = source.connection;
    const where = `target ${addressOf(target.connection)}`;
    reportPlan(olds, [
      `${where}: compare GTID sets; refuse purged transactions; errant ones: ${errantTransactions}`,
      `${where}: CHANGE REPLICATION SOURCE TO ${from.host}:${from.port} by GTID auto-position, with TLS as configured, FOR CHANNEL '${channel}'`,
      `${where}: START REPLICA FOR CHANNEL '${channel}'`,
    ]);
    return { inputs: news };
  },

  /** Looks at the servers: a channel that stopped is repaired by the next `up`, without a refresh. */
  async diff(_id: string, olds: Outputs, news: Inputs) {
    const { readChannelResult } = await import("@gtid-ferry/engine/replication");
    return guarded(async () => {
      const isBroken = async () => {
        const now = await readChannelResult({ ...olds, ...news }, report);
        return now === undefined || (!now.running && now.isGivenUp !== true) || now.errant !== "";
      };
      const difference = diffByTable({ ...olds }, { ...news }, EFFECTS, hasUnknown(news) || (await isBroken()));
      // Another target server has no channel yet, and the old one's goes with it.
      const [before, after] = [olds.target.connection, news.target.connection];
      const isOtherTarget = before.host !== after.host || before.port !== after.port;
      return isOtherTarget ? { ...difference, replaces: [...(difference.replaces ?? []), "target"] } : difference;
    });
  },

  async create(inputs: Inputs) {
    const { settleErrants } = await import("@gtid-ferry/engine/errant");
    const { ensureChannel } = await import("@gtid-ferry/engine/replication");
    const id = `${inputs.target.connection.host}:${inputs.target.connection.port}/${inputs.channel}`;
    return guarded(
      async () => {
        await settleErrants(errantsOf(inputs), report);
        return { id, outs: { ...inputs, ...(await ensureChannel(inputs, report)) } };
      },
      (error) => toCreateError(error, id, inputs),
    );
  },

  async update(_id: string, _olds: Outputs, news: Inputs) {
    const { settleErrants } = await import("@gtid-ferry/engine/errant");
    const { ensureChannel } = await import("@gtid-ferry/engine/replication");
    return guarded(async () => {
      await settleErrants(errantsOf(news), report);
      return { outs: { ...news, ...(await ensureChannel(news, report)) } };
    });
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { readChannelResult } = await import("@gtid-ferry/engine/replication");
    return guarded(async () => {
      const result = await readChannelResult(props, report);
      return result === undefined ? GONE : { id, props: { ...props, ...result } };
    });
  },

  async delete(_id: string, props: Outputs) {
    const { removeChannel } = await import("@gtid-ferry/engine/replication");
    const { SIDES } = await import("@gtid-ferry/engine/topology");
    const servers = { source: props.source, target: props.target };
    return guarded(() => removeChannel(servers, SIDES, props.channel, report));
  },
};

/** A running replication channel by GTID auto-position, from the primary to the other, without errant transactions. */
export class ReplicationChannel extends pulumi.dynamic.Resource {
  declare readonly channel: pulumi.Output<string>;
  declare readonly sourceUuid: pulumi.Output<string>;
  declare readonly targetUuid: pulumi.Output<string>;
  declare readonly running: pulumi.Output<boolean>;
  /** Proven errant transactions of the replica; empty when there are none. */
  declare readonly errant: pulumi.Output<string>;

  constructor(name: string, args: ReplicationChannelArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      {
        primary: undefined,
        sourceUuid: undefined,
        targetUuid: undefined,
        running: undefined,
        errant: undefined,
        ...args,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["source", "target", "replicas"] }),
      "gtid-ferry",
      "ReplicationChannel",
    );
  }
}
