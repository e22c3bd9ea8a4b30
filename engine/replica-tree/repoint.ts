import { ensureChannelBetween, readChannel } from "../channel/index.js";
import { briefly, reaches, readExecuted, showStatement, statement } from "../mysql/index.js";
import { FerryError, type Progress } from "../operation/index.js";
import type { Members } from "./members.js";
import { serverOf } from "./observe.js";
import type { TreeRequest } from "./request.js";

/** How long one member may take to follow its source, and how long its new source may take to get ahead of it. */
export interface FollowLimits {
  readonly settleTimeoutSeconds: number;
}

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
export async function repoint(
  request: TreeRequest,
  members: Members,
  move: Move,
  limits: FollowLimits,
  progress: Progress,
): Promise<void> {
  const [replica, source] = [open(members, move.member), open(members, move.source)];
  await awaitAhead(members, move, limits);
  if ((await readChannel(replica, request.channel)) !== undefined) {
    const stop = statement("STOP REPLICA FOR CHANNEL ?", request.channel);
    progress(`${replica.label}: ${showStatement(stop)}`);
    await replica.run(stop);
  }
  try {
    await awaitAhead(members, move, limits);
    await follow(request, members, move, limits, progress);
  } catch (error) {
    if (move.former === undefined) throw error;
    progress(`${replica.label}: does not follow ${source.label}, so it follows ${move.former} again`);
    await goBack(request, members, { ...move, former: move.former }, limits, progress, error);
    throw error;
  }
}

/** Makes the channel lead to `source`, starts it and sees it receive and apply. */
export async function follow(
  request: TreeRequest,
  members: Members,
  { member, source }: Pick<Move, "member" | "source">,
  limits: FollowLimits,
  progress: Progress,
): Promise<void> {
  const end = request.members[source];
  if (end === undefined) throw new Error(`${source} is no member`);
  await ensureChannelBetween(
    open(members, source),
    open(members, member),
    {
      channel: request.channel,
      source: end.address,
      sourceConnection: end.connection,
      // The plan has compared what the member has with the primary.
      restoredGtidSet: "",
      startTimeoutSeconds: limits.settleTimeoutSeconds,
    },
    progress,
  );
}

/** The new source may be behind the member; one that lacks something cannot be told from errant transactions. */
async function awaitAhead(members: Members, { member, source }: Move, limits: FollowLimits): Promise<void> {
  const executed = await readExecuted(open(members, member));
  if (await reaches(open(members, source), executed, limits.settleTimeoutSeconds)) return;
  throw new FerryError({
    failed: `moving ${member} under ${source}`,
    where: open(members, source).label,
    seen: `it still lacks transactions that ${member} has, after ${limits.settleTimeoutSeconds} s`,
    wanted: `every transaction of ${member} on its new source`,
    next: "see why that server is behind (ferry status), then run again",
  });
}

async function goBack(
  request: TreeRequest,
  members: Members,
  { member, former }: { readonly member: string; readonly former: string },
  limits: FollowLimits,
  progress: Progress,
  reason: unknown,
): Promise<void> {
  try {
    await follow(request, members, { member, source: former }, limits, progress);
  } catch (error) {
    throw new FerryError(
      {
        failed: `following ${former} again`,
        where: open(members, member).label,
        seen: `${briefly(error)}; it had to go back because of this: ${briefly(reason)}`,
        wanted: "a replica that follows its former source",
        next: "mend what is named here, then run again: the tree is completed from where it stands",
      },
      { cause: error },
    );
  }
}

function open(members: Members, name: string) {
  const server = serverOf(members, name);
  if (server === undefined) throw new Error(`no connection to ${name}, which the plan works on`);
  return server;
}
