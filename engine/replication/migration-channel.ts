import { type ChannelDetails, ensureChannelBetween, isReplicating, readChannel } from "../channel/index.js";
import { MysqlServer } from "../mysql/index.js";
import { FerryError, PartialFailure, type Progress } from "../operation/index.js";
import { askWitness, type Member, otherSide, readWitness, requirePrimary, type Side } from "../topology/index.js";

/** The two servers of a migration, and more that may have become the primary meanwhile. */
export interface MigrationMembers {
  readonly source: Member;
  readonly target: Member;
  readonly replicas?: Readonly<Record<string, Member>>;
}

/** The channel between source and target: it runs from the primary, whichever of them that is, to the other. */
export interface ChannelRequest extends MigrationMembers, Omit<ChannelDetails, "source" | "sourceConnection"> {
  /** Whether the source is to replicate from the target once that is the primary. @default "required" */
  readonly reverseReplication?: "required" | "none";
}

/** What is true of a running channel and stays true while it runs. */
export interface ChannelResult {
  /** Where the channel begins, by name. */
  readonly primary: string;
  readonly sourceUuid: string;
  readonly targetUuid: string;
  readonly running: boolean;
  /** Proven errant transactions of the replica; `""` is none. */
  readonly errant: string;
  /** Whether it need not run: reverse replication was given up. @default false */
  readonly isGivenUp?: boolean;
}

/** The two servers over open connections. */
export interface Ends {
  readonly servers: Readonly<Record<Side, MysqlServer>>;
  /** Which of them has the primary role; undefined where one of the replicas has it. */
  readonly side: Side | undefined;
  /** Who has it, by name. */
  readonly primary: string;
  readonly uuids: Pick<ChannelResult, "sourceUuid" | "targetUuid">;
  readonly hasMoved: boolean;
  readonly isFinal: boolean;
}

export type MigrationConnections = Readonly<Record<Side, Pick<Member, "connection">>> & {
  readonly replicas?: Readonly<Record<string, Pick<Member, "connection">>>;
};

/** Makes the channel run from the primary to the other server and proves that it receives and applies. */
export async function ensureChannel(request: ChannelRequest, progress: Progress): Promise<ChannelResult> {
  return withEnds(request, async (ends) => {
    const { side, primary, uuids, servers } = ends;
    const result = { primary, ...uuids, errant: "" };
    if (side === undefined) {
      progress(`${primary} is the primary: the source and the target have their places below it in the topology`);
      return { ...result, running: await areReplicating(ends, request.channel) };
    }
    const replica = servers[otherSide(side)];
    if (ends.isFinal) throw finalizedError(request.channel, servers[side].label);
    if (isGivenUp(request, ends)) return { ...result, running: false, isGivenUp: true };
    const { address, connection } = request[side];
    if (address === undefined) throw new Error(`no address of the ${side}`);
    await replica.acquireLock(request.startTimeoutSeconds);
    const details = {
      ...request,
      source: address,
      sourceConnection: connection,
      // Only the target was ever restored.
      restoredGtidSet: side === "source" ? request.restoredGtidSet : "",
    };
    try {
      await ensureChannelBetween(servers[side], replica, details, progress);
    } catch (error) {
      throw new PartialFailure<ChannelResult>({ ...result, running: false }, error);
    }
    return { ...result, running: true };
  });
}

/** Whether the source need not replicate from its successor. */
export function isGivenUp({ reverseReplication }: Pick<ChannelRequest, "reverseReplication">, ends: Ends): boolean {
  return reverseReplication === "none" && ends.side === "target" && ends.hasMoved;
}

/** Whether both replicate, from whomever. */
export async function areReplicating({ servers }: Ends, channel: string): Promise<boolean> {
  const states = await Promise.all(Object.values(servers).map((server) => readChannel(server, channel)));
  return states.every((state) => state !== undefined && isReplicating(state));
}

export async function withEnds<T>(members: MigrationConnections, work: (ends: Ends) => Promise<T>): Promise<T> {
  const { source: from, target: to, replicas = {} } = members;
  return MysqlServer.with(from.connection, "source", (source) =>
    MysqlServer.with(to.connection, "target", async (target) => {
      const [first, second] = [await readWitness(source, "source"), await readWitness(target, "target")];
      const others = await Promise.all(Object.entries(replicas).map(([name, end]) => askWitness(end.connection, name)));
      const { name, entry } = requirePrimary([first, second, ...others.flat()], "source");
      return work({
        servers: { source, target },
        side: name === "source" || name === "target" ? name : undefined,
        primary: name,
        uuids: { sourceUuid: first.facts.serverUuid, targetUuid: second.facts.serverUuid },
        hasMoved: entry !== undefined,
        isFinal: entry?.isFinal === true,
      });
    }),
  );
}

function finalizedError(channel: string, primary: string): FerryError {
  return new FerryError({
    failed: `starting replication channel ${channel}`,
    where: primary,
    seen: "the migration is finalized: this server is the primary for good",
    wanted: "a migration that can be rolled back",
    next: "set gtid-ferry:phase to finalize again; to return, migrate in the other direction with a stack of its own",
  });
}
