import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { PreparedState, SourcePreparationRequest, TargetSoftware } from "@gtid-ferry/engine/preparation";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  checked,
  diffByTable,
  guarded,
  hasUnknown,
  noImport,
  report,
  reportPlan,
  toCreateError,
  toProviderError,
} from "./provider-support";

export interface SourcePreparationArgs {
  /** The source as an administrator reaches it. A new host or port replaces the preparation; a new login does not. */
  source: pulumi.Input<ConnectionOptions>;
  /** Who takes over: once it is the primary, the source may be gone for good. */
  target?: pulumi.Input<ConnectionOptions>;
  /** Refuses any other server when given. */
  expectedSourceUuid?: pulumi.Input<string> | undefined;
  /** Whether a source that is no longer the primary is refused, instead of being left as it is. */
  requiresPrimary: pulumi.Input<boolean>;
  /** Account that is created for replication; a new name or host replaces it, in phase `prepare` only. */
  replicationAccount: pulumi.Input<{ user: string; host: string }>;
  replicationRequiresTls: pulumi.Input<boolean>;
  /** Least `binlog_expire_logs_seconds` of the source. */
  binlogRetentionSeconds: pulumi.Input<number>;
  gtidEnabling: pulumi.Input<"online" | "never">;
  consistencyWatchSeconds: pulumi.Input<number>;
  stepTimeoutSeconds: pulumi.Input<number>;
  backupMethod: pulumi.Input<"xtrabackup" | "clone">;
  /** The keyring component that the target is given; a source with encrypted data is refused without it. */
  targetKeyring?: pulumi.Input<string> | undefined;
  /** What will run the target: decides what of the source has to be different before it can be moved there. */
  targetSoftware?: pulumi.Input<TargetSoftware>;
}

interface Inputs extends SourcePreparationRequest {
  readonly requiresPrimary: boolean;
  readonly target?: ConnectionOptions;
}

interface Outputs extends Inputs {
  readonly sourceUuid: string;
  readonly sourceVersion: string;
  /** Absent after a failure before the account had it. */
  readonly replicationPassword?: string;
  readonly state: PreparedState;
}

const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  source: "update",
  target: "update",
  expectedSourceUuid: "update",
  replicationAccount: "replace",
  replicationRequiresTls: "update",
  binlogRetentionSeconds: "update",
  gtidEnabling: "update",
  consistencyWatchSeconds: "update",
  stepTimeoutSeconds: "update",
  backupMethod: "update",
  targetKeyring: "update",
  targetSoftware: "update",
};

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Inputs, news: Inputs) {
    return checked(news, async () => {
      const { assertPrimary, describePreparation, refuseAccountChange } = await import(
        "@gtid-ferry/engine/preparation"
      );
      const isNew = Object.keys(olds).length === 0;
      if (!isNew && !hasUnknown(news.replicationAccount)) {
        refuseAccountChange(olds, news.replicationAccount, !olds.requiresPrimary);
      }
      if (hasUnknown(news) || (!isNew && !news.requiresPrimary)) return;
      if (!isNew) return assertPrimary(news.source, news.target === undefined ? [] : [news.target]);
      reportPlan(olds, await describePreparation(news, false, report));
    });
  },

  async diff(_id: string, olds: Outputs, news: Inputs) {
    const { state } = olds;
    const hasDrifted =
      state.gtidMode !== "ON" ||
      state.gtidConsistency !== "ON" ||
      !state.replicationAccountGranted ||
      olds.replicationPassword === undefined ||
      (state.binlogExpireLogsSeconds !== 0 && state.binlogExpireLogsSeconds < news.binlogRetentionSeconds);
    return diffByTable({ ...olds }, { ...news }, EFFECTS, hasDrifted);
  },

  async create(inputs: Inputs) {
    const { prepareSource } = await import("@gtid-ferry/engine/preparation");
    const id = `${inputs.source.host}:${inputs.source.port}/preparation`;
    return guarded(
      async () => ({ id, outs: { ...inputs, ...(await prepareSource(inputs, undefined, report)) } }),
      (error) => toCreateError(error, id, inputs),
    );
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const { prepareSource } = await import("@gtid-ferry/engine/preparation");
    return guarded(async () => ({
      outs: { ...news, ...(await prepareSource(news, olds.replicationPassword, report)) },
    }));
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { readPreparedState } = await import("@gtid-ferry/engine/preparation");
    const { isSuperseded } = await import("@gtid-ferry/engine/topology");
    return guarded(async () => {
      try {
        return { id, props: { ...props, state: await readPreparedState(props) } };
      } catch (error) {
        if (!(await isSuperseded(error, [props.target]))) throw error;
        report(`the source is no longer the primary, and does not answer: ${toProviderError(error).message}`);
        return { id, props };
      }
    });
  },

  async delete(_id: string, props: Outputs) {
    const { restoreSource } = await import("@gtid-ferry/engine/preparation");
    return guarded(() => restoreSource(props, report));
  },
};

/** A source that a replica can follow by GTID, and the account to follow it with. Deleting it gives everything back. */
export class SourcePreparation extends pulumi.dynamic.Resource {
  declare readonly sourceUuid: pulumi.Output<string>;
  declare readonly sourceVersion: pulumi.Output<string>;
  /** Secret. */
  declare readonly replicationPassword: pulumi.Output<string>;
  declare readonly state: pulumi.Output<PreparedState>;

  constructor(name: string, args: SourcePreparationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      {
        sourceUuid: undefined,
        sourceVersion: undefined,
        replicationPassword: undefined,
        state: undefined,
        ...args,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["source", "target", "replicationPassword"] }),
      "gtid-ferry",
      "SourcePreparation",
    );
  }
}
