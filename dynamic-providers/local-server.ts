import type { HostOptions, ProcessIdentity } from "@gtid-ferry/engine/hosts";
import type { LocalServerRequest, LocalServerResult } from "@gtid-ferry/engine/local-server";
import * as pulumi from "@pulumi/pulumi";
import {
  type ChangeEffect,
  diffByTable,
  GONE,
  noImport,
  report,
  reportPlan,
  toCreateError,
  toProviderError,
} from "./provider-support";

interface Inputs extends LocalServerRequest {
  readonly host: HostOptions;
}

type Outputs = Inputs & LocalServerResult;

export type LocalServerArgs = { [Key in keyof Inputs]: pulumi.Input<Inputs[Key]> };

/**
 * The data is restored once: another backup, port or server_id of the same volume never touches it again. To restore
 * anew, replace the resource.
 */
const EFFECTS: Readonly<Record<string, ChangeEffect>> = {
  host: "replace",
  target: "update",
  mysqld: "update",
  startTimeoutSeconds: "update",
};

const provider: pulumi.dynamic.ResourceProvider<Inputs, Outputs> = {
  async check(olds: Inputs, news: Inputs) {
    // What is restored is not known before the backup has been taken.
    const { target, mysqld, serverId } = news;
    const where = `target ${target.host}:${target.port}`;
    reportPlan(olds, [
      `${where}: download, verify and restore the backup`,
      `${where}: start ${mysqld} with server_id ${serverId}, super_read_only, skip_replica_start, event_scheduler off`,
    ]);
    return { inputs: news };
  },

  async diff(_id: string, olds: Outputs, news: Inputs) {
    const difference = diffByTable({ ...olds }, { ...news }, EFFECTS, !olds.running);
    const isOtherServer =
      olds.target.port !== news.target.port || olds.restore.volumeDirectory !== news.restore.volumeDirectory;
    return isOtherServer ? { ...difference, replaces: [...(difference.replaces ?? []), "target"] } : difference;
  },

  async create(inputs: Inputs) {
    const { ensureLocalServer } = await import("@gtid-ferry/engine/local-server");
    const { openHost } = await import("@gtid-ferry/engine/hosts");
    const id = `${inputs.target.host}:${inputs.target.port}${inputs.restore.volumeDirectory}`;
    try {
      const result = await ensureLocalServer(openHost(inputs.host), inputs, undefined, report);
      return { id, outs: { ...inputs, ...result } };
    } catch (error) {
      throw toCreateError(error, id, inputs);
    }
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const { ensureLocalServer } = await import("@gtid-ferry/engine/local-server");
    const { openHost } = await import("@gtid-ferry/engine/hosts");
    // The volume holds the backup of the first restore; a newer one is none of its business.
    const restore = { ...news.restore, manifestKey: olds.restore.manifestKey };
    try {
      const result = await ensureLocalServer(openHost(news.host), { ...news, restore }, olds, report);
      return { outs: { ...news, restore, ...result } };
    } catch (error) {
      throw toProviderError(error);
    }
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { readLocalServer } = await import("@gtid-ferry/engine/local-server");
    const { openHost } = await import("@gtid-ferry/engine/hosts");
    try {
      const result = await readLocalServer(openHost(props.host), props, props);
      return result === undefined ? GONE : { id, props: { ...props, ...result } };
    } catch (error) {
      throw toProviderError(error);
    }
  },

  async delete(_id: string, props: Outputs) {
    const { removeLocalServer } = await import("@gtid-ferry/engine/local-server");
    const { openHost } = await import("@gtid-ferry/engine/hosts");
    try {
      await removeLocalServer(openHost(props.host), props, props, report);
    } catch (error) {
      throw toProviderError(error);
    }
  },
};

/** A mysqld on this machine, read-only on restored data: the target of platform `local`. */
export class LocalServer extends pulumi.dynamic.Resource {
  declare readonly serverUuid: pulumi.Output<string>;
  declare readonly version: pulumi.Output<string>;
  /** gtid_executed right after the restore. */
  declare readonly restoredGtidSet: pulumi.Output<string>;
  declare readonly restoreSeconds: pulumi.Output<number>;
  declare readonly dataDirectory: pulumi.Output<string>;
  declare readonly process: pulumi.Output<ProcessIdentity>;
  declare readonly running: pulumi.Output<boolean>;

  constructor(name: string, args: LocalServerArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      {
        serverUuid: undefined,
        version: undefined,
        restoredGtidSet: undefined,
        restoreSeconds: undefined,
        dataDirectory: undefined,
        process: undefined,
        running: undefined,
        ...args,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["target", "restore"] }),
      "gtid-ferry",
      "LocalServer",
    );
  }
}
