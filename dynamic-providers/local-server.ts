import type { RestoreRequest } from "@gtid-ferry/engine/backup";
import type { HostOptions, ProcessIdentity } from "@gtid-ferry/engine/hosts";
import type { LocalServerRequest, LocalServerResult, RebuildOptions } from "@gtid-ferry/engine/local-server";
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

interface Inputs extends Omit<LocalServerRequest, "restore"> {
  readonly host: HostOptions;
  /** What to restore and where; absent once there is no backup any more: the restored data stay. */
  readonly restore?: RestoreRequest;
  /** Present where the target may be restored again when its source has purged what it needs. */
  readonly rebuild?: RebuildOptions;
}

type Outputs = Inputs & LocalServerResult & Pick<LocalServerRequest, "restore">;

export type LocalServerArgs = InputsOf<Inputs>;

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

  /** Looks at the process: a server that died is started by the next `up`, without a refresh. */
  async diff(_id: string, olds: Outputs, news: Inputs) {
    const { isLocalServerRunning, needsRebuild } = await import("@gtid-ferry/engine/local-server");
    const { withHost } = await import("@gtid-ferry/engine/hosts");
    return guarded(async () => {
      const { rebuild, target } = news;
      const isFine = await withHost(olds.host, async (host) => {
        if (!olds.running || !(await isLocalServerRunning(host, olds))) return false;
        if (rebuild === undefined || hasUnknown([rebuild, target])) return true;
        // Where it runs now, with the login of now: the old one's password may have been changed.
        const reached = { ...target, host: olds.target.host, port: olds.target.port };
        return !(await needsRebuild(host, { ...olds, target: reached }, rebuild));
      });
      const difference = diffByTable({ ...olds }, { ...news }, EFFECTS, !isFine);
      // Not known before a backup has been taken again, e.g. one that has expired.
      const isKnown = news.restore !== undefined && !hasUnknown(news.restore);
      const isOtherVolume = isKnown && olds.restore.volumeDirectory !== news.restore?.volumeDirectory;
      const isOtherServer = olds.target.port !== news.target.port || isOtherVolume;
      return isOtherServer ? { ...difference, replaces: [...(difference.replaces ?? []), "target"] } : difference;
    });
  },

  async create(inputs: Inputs) {
    const { restore } = inputs;
    if (restore === undefined) throw new Error("phase finalize has nothing to restore: run the earlier phases first");
    const { ensureLocalServer } = await import("@gtid-ferry/engine/local-server");
    const { withHost } = await import("@gtid-ferry/engine/hosts");
    const id = `${inputs.target.host}:${inputs.target.port}${restore.volumeDirectory}`;
    return guarded(
      async () => {
        const result = await withHost(inputs.host, (host) =>
          ensureLocalServer(host, { ...inputs, restore }, undefined, report),
        );
        return { id, outs: { ...inputs, restore, ...result } };
      },
      (error) => toCreateError(error, id, inputs),
    );
  },

  async update(_id: string, olds: Outputs, news: Inputs) {
    const { ensureLocalServer, ensureRebuilt } = await import("@gtid-ferry/engine/local-server");
    const { withHost } = await import("@gtid-ferry/engine/hosts");
    // The volume holds the backup of the first restore; a newer one is none of its business.
    const restore = { ...olds.restore, ...news.restore, manifestKey: olds.restore.manifestKey };
    return guarded(() =>
      withHost(news.host, async (host) => {
        const request = { ...news, restore };
        if (news.rebuild === undefined) {
          return { outs: { ...request, ...(await ensureLocalServer(host, request, olds, report)) } };
        }
        const { server, manifestKey } = await ensureRebuilt(host, request, news.rebuild, olds, report);
        return { outs: { ...news, restore: { ...restore, manifestKey }, ...server } };
      }),
    );
  },

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    if (props === undefined) throw noImport();
    const { readLocalServer } = await import("@gtid-ferry/engine/local-server");
    const { withHost } = await import("@gtid-ferry/engine/hosts");
    return guarded(async () => {
      const result = await withHost(props.host, (host) => readLocalServer(host, props, props));
      return result === undefined ? GONE : { id, props: { ...props, ...result } };
    });
  },

  async delete(_id: string, props: Outputs) {
    const { removeLocalServer } = await import("@gtid-ferry/engine/local-server");
    const { withHost } = await import("@gtid-ferry/engine/hosts");
    return guarded(() => withHost(props.host, (host) => removeLocalServer(host, props, props, report)));
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
  /** What was restored, the backup that the data come from included; secret. */
  declare readonly restore: pulumi.Output<RestoreRequest>;

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
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["target", "source", "restore", "rebuild"] }),
      "gtid-ferry",
      "LocalServer",
    );
  }
}
