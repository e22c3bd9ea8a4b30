import type { BackupRequest, Manifest } from "@gtid-ferry/engine/backup";
import type { HostOptions } from "@gtid-ferry/engine/hosts";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  checked,
  diffByTable,
  GONE,
  guarded,
  hasUnknown,
  type InputsOf,
  noImport,
  report,
  reportPlan,
} from "./provider-support";

interface Inputs extends BackupRequest {
  /** The source's host, on which the backup runs. */
  readonly host: HostOptions;
  /** Who takes over: once it is the primary, source and host may be gone for good. */
  readonly target?: ConnectionOptions;
}

interface Outputs extends Inputs {
  /** Absent where the backup was lost after the cutover, when nobody needed it any more. */
  readonly manifest?: Manifest;
  readonly manifestKey: string;
}

export interface BackupRunArgs extends Omit<InputsOf<Inputs>, "target"> {
  target?: pulumi.Input<ConnectionOptions>;
}

const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  database: "replace",
  backupId: "replace",
  keyPrefix: "replace",
  method: "replace",
  host: "update",
  storage: "update",
  source: "update",
  target: "update",
  workDirectory: "update",
  scriptDirectory: "update",
  container: "update",
};

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Inputs, news: Inputs) {
    return checked(news, async () => {
      const { checkHost } = await import("@gtid-ferry/engine/backup");
      const { withHost } = await import("@gtid-ferry/engine/hosts");
      const { addressOf } = await import("@gtid-ferry/engine/mysql");
      const { source, method, storage, keyPrefix, database, backupId } = news;
      if (Object.keys(olds).length === 0 && !hasUnknown(news)) {
        await withHost(news.host, (host) => checkHost(host, news));
      }
      reportPlan(olds, [
        `source ${addressOf(source)}: physical copy by ${method}, streamed to s3://${storage.bucket}/${keyPrefix}/${database}/${backupId}/, manifest last`,
      ]);
    });
  },

  async diff(_id: string, olds: Outputs, news: Inputs) {
    const difference = diffByTable({ ...olds }, { ...news }, EFFECTS, false);
    const isOtherPlace = olds.storage.bucket !== news.storage.bucket || olds.storage.endpoint !== news.storage.endpoint;
    return isOtherPlace ? { ...difference, replaces: [...(difference.replaces ?? []), "storage"] } : difference;
  },

  async create(inputs: Inputs) {
    const { backupKeys, isFenced, takeBackup } = await import("@gtid-ferry/engine/backup");
    const { withHost } = await import("@gtid-ferry/engine/hosts");
    return guarded(async () => {
      const manifestKey = backupKeys(inputs.keyPrefix, inputs.database, inputs.backupId).manifest;
      const id = `${inputs.storage.bucket}/${manifestKey}`;
      if (await isFenced(inputs.source, inputs.target)) {
        report(`backup ${id} is gone, and the source is not the primary any more: none is taken`);
        return { id, outs: { ...inputs, manifestKey } };
      }
      const manifest = await withHost(inputs.host, (host) => takeBackup(host, inputs, report));
      return { id, outs: { ...inputs, manifest, manifestKey } };
    });
  },

  /** Only how to reach things has changed: the backup that was taken stays. */
  async update(_id: string, olds: Outputs, news: Inputs) {
    const { manifest, manifestKey } = olds;
    return { outs: { ...news, ...(manifest === undefined ? {} : { manifest }), manifestKey } };
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { backupKeys, isFenced, observeBackup } = await import("@gtid-ferry/engine/backup");
    return guarded(async () => {
      const keys = backupKeys(props.keyPrefix, props.database, props.backupId);
      const found = await observeBackup(props.storage, keys);
      if (found === "intact") return { id, props };
      report(typeof found === "object" ? `backup ${id} is damaged: ${found.damaged}` : `backup ${id} is gone`);
      // After the cutover nobody needs it: it would be a backup of the past.
      return (await isFenced(props.source, props.target)) ? { id, props } : GONE;
    });
  },

  async delete(_id: string, props: Outputs) {
    const { removeBackups } = await import("@gtid-ferry/engine/backup");
    return guarded(() => removeBackups(props, report));
  },
};

/** A published backup: an object in S3 and the manifest that makes it valid. */
export class BackupRun extends pulumi.dynamic.Resource {
  declare readonly manifest: pulumi.Output<Manifest | undefined>;
  declare readonly manifestKey: pulumi.Output<string>;

  constructor(name: string, args: BackupRunArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { manifest: undefined, manifestKey: undefined, ...args },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["host", "source", "target", "storage"] }),
      "gtid-ferry",
      "BackupRun",
    );
  }
}
