import type { ChannelSource } from "@gtid-ferry/engine/channel";
import type { HostOptions } from "@gtid-ferry/engine/hosts";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { TargetSoftware } from "@gtid-ferry/engine/preparation";
import type { RouteOptions } from "@gtid-ferry/engine/traffic";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupRun } from "../dynamic-providers/backup-run";
import type { SourcePreparation } from "../dynamic-providers/source-preparation";
import type { Configuration } from "./configuration";
import type { TargetRights } from "./mysql-release";

export type Outputs = Readonly<Record<string, pulumi.Input<unknown>>>;

/** One more replica, once its data are restored. */
export interface ReplicaServer {
  readonly name: string;
  /** As an administrator reaches it; secret. */
  readonly connection: pulumi.Output<ConnectionOptions>;
  /** How it is reached by a channel of another replica; secret. */
  address(password: pulumi.Input<string>): pulumi.Output<ChannelSource>;
  readonly server: pulumi.Resource;
  readonly serverUuid: pulumi.Output<string>;
}

/** The target's server, once its data are restored. */
export interface TargetServer {
  readonly serverUuid: pulumi.Output<string>;
  /** gtid_executed right after the restore. */
  readonly restoredGtidSet: pulumi.Output<string>;
  /** The ways by which applications reach the primary; those that are not there yet are not known in a preview. */
  readonly routes: readonly pulumi.Input<RouteOptions>[];
  /** From the same backup. */
  readonly replicas: readonly ReplicaServer[];
  /** What the stack shows of it. */
  readonly outputs: Outputs;
  /** What `ferry rebuild` takes, on a platform where the target can be rebuilt; secret. */
  readonly rebuild?: pulumi.Output<unknown>;
}

/** What there has to be beside the two servers: networks, rights and logins. */
export interface Surroundings {
  /** What the backup and the target wait for. */
  readonly needed: readonly pulumi.Resource[];
  /** What the stack shows of it. */
  readonly outputs: Outputs;
  readonly rights: TargetRights;
  /** Folder on the source's host with the backup's scripts, where they lie there already. */
  readonly scriptDirectory?: pulumi.Output<string>;
}

/** Where source and target live, and how they are reached: all in which the platforms differ. */
export interface Platform {
  /** The machine that the source and its backup run on; secret. */
  readonly sourceHost: pulumi.Output<HostOptions>;
  /** The machine that the target runs on, where commands can be run there. */
  readonly targetHost?: HostOptions;
  /** The servers as an administrator reaches them; secret. */
  readonly source: pulumi.Output<ConnectionOptions>;
  readonly target: pulumi.Output<ConnectionOptions>;
  /** What will run the target, for the checks that come before it. */
  readonly targetSoftware: TargetSoftware;
  /** Where a comparison of the data remembers how far it came, on this machine. */
  readonly checkpointFile: string;
  /** How a person has the target restored from a new backup. */
  readonly reprovision: string;
  /** How each server is reached by the other's channel; secret. */
  replicationAddresses(
    password: pulumi.Input<string>,
  ): Readonly<Record<"source" | "target", pulumi.Output<ChannelSource>>>;
  /** Declared before backup and target; `preparation` is undefined in phase finalize, where only the target's part stays. */
  declareSurroundings(parent: pulumi.Resource, preparation: SourcePreparation | undefined): Surroundings;
  /** `backup` is what it is restored from; undefined in phase finalize, where the data are there and stay. */
  runTarget(parent: pulumi.Resource, backup: BackupRun | undefined, rights: TargetRights): TargetServer;
}

/** Before the cutover a destroy cancels the migration; from then on it leaves the new database with its replicas. */
export function keepsTarget({ phase }: Configuration): boolean {
  return phase === "cutover" || phase === "finalize";
}
