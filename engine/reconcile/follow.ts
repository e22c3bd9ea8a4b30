import { ensureChannelBetween, readChannel } from "../channel/index.js";
import { briefly, reaches, readExecuted, showStatement, statement } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { serverFor } from "../topology/index.js";
import type { Run } from "./run.js";

interface Move {
  readonly member: string;
  readonly source: string;
  /** Whom it followed before, if it is one of the members. */
  readonly former: string | undefined;
}

/**
 * Lets a member follow another source: the channel stops, the new source gets everything that the member has, and the
 * channel goes on from there. What the member had received and not applied comes again. If anything fails the member
 * follows its former source again.
 */
export async function repoint(run: Run, move: Move): Promise<void> {
  const { topology, members, progress } = run;
  const [replica, source] = [serverFor(members, move.member), serverFor(members, move.source)];
  await awaitAhead(run, move);
  if ((await readChannel(replica, topology.channel)) !== undefined) {
    const stop = statement("STOP REPLICA FOR CHANNEL ?", topology.channel);
    progress(`${replica.label}: ${showStatement(stop)}`);
    await replica.run(stop);
  }
  try {
    await awaitAhead(run, move);
    await follow(run, move);
  } catch (error) {
    if (move.former === undefined) throw error;
    progress(`${replica.label}: does not follow ${source.label}; goes back to ${move.former}`);
    await goBack(run, { ...move, former: move.former }, error);
    throw error;
  }
}

/** Points the channel at `source`, starts it and sees it receive and apply. */
export async function follow(run: Run, { member, source }: Pick<Move, "member" | "source">): Promise<void> {
  const { topology, members, limits, progress } = run;
  const { connection, address } = topology.members[source] ?? {};
  if (connection === undefined) throw new Error(`${source} is no member`);
  if (address === undefined) {
    throw new FerryError({
      failed: `letting ${member} follow ${source}`,
      where: source,
      seen: "no address by which other servers replicate from it",
      wanted: "an address of each server that another one follows",
      next: "give the address of the channel's source",
    });
  }
  await ensureChannelBetween(
    serverFor(members, source),
    serverFor(members, member),
    {
      channel: topology.channel,
      source: address,
      sourceConnection: connection,
      // The plan has compared what the member has with the primary.
      restoredGtidSet: "",
      startTimeoutSeconds: limits.settleTimeoutSeconds,
    },
    progress,
  );
}

/** The new source may be behind the member; one that lacks something cannot be told from errant transactions. */
async function awaitAhead({ members, limits }: Run, { member, source }: Move): Promise<void> {
  const executed = await readExecuted(serverFor(members, member));
  if (await reaches(serverFor(members, source), executed, limits.settleTimeoutSeconds)) return;
  throw new FerryError({
    failed: `moving ${member} under ${source}`,
    where: serverFor(members, source).label,
    seen: `it still lacks transactions that ${member} has, after ${limits.settleTimeoutSeconds} s`,
    wanted: `every transaction of ${member} on its new source`,
    next: "see why that server is behind (ferry status), then run again",
  });
}

async function goBack(
  run: Run,
  { member, former }: { readonly member: string; readonly former: string },
  reason: unknown,
): Promise<void> {
  try {
    await follow(run, { member, source: former });
  } catch (error) {
    throw new FerryError(
      {
        failed: `following ${former} again`,
        where: serverFor(run.members, member).label,
        seen: `${briefly(error)}; it had to go back because of this: ${briefly(reason)}`,
        wanted: "a replica that follows its former source",
        next: "fix the error above and re-run: the topology is completed from where it stands",
      },
      { cause: error },
    );
  }
}
