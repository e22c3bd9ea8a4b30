import { MysqlServer, readServerFacts } from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { readRole, SIDES, type Side } from "../topology/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { switchoverRequest } from "./ensure-roles.js";
import { establish } from "./establish.js";
import { finalize } from "./finalize.js";
import type { RolesRequest, RolesResult } from "./roles-request.js";
import { openSessions, type Sessions } from "./sessions.js";

/**
 * Leaves the roles as they are and takes away what a switchover needs. Before the cutover nothing remains; after it the
 * target is the new database, so the way back is given up as by phase finalize. Refuses while no server is known to hold
 * all data and to accept writes.
 */
export async function retireRoles(request: RolesRequest, known: RolesResult, progress: Progress): Promise<void> {
  if (known.isFinal) return assertWritablePrimary(request, ["target"], progress);
  const sessions = await openBoth(request);
  if (sessions instanceof FerryError) {
    progress(`one of the servers cannot be reached: ${messageOf(sessions)}`);
    return assertWritablePrimary(request, SIDES, progress);
  }
  try {
    await withRoutes(request.routes, (routes) => retire(request, sessions, routes, progress));
  } finally {
    await sessions.close();
  }
}

async function retire(
  request: RolesRequest,
  sessions: Sessions,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<void> {
  const { primary } = await establish({ request: switchoverRequest(request), sessions, routes, progress });
  if (primary === "target") await finalize(request, sessions, routes, progress);
  progress(`${sessions[primary].main.label}: it is the primary and accepts writes; it stays so`);
}

async function openBoth(request: RolesRequest): Promise<Sessions | FerryError> {
  try {
    return await openSessions(request);
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  }
}

/**
 * A server that accepts writes and is the primary by its own journal is the primary whatever the other one says: a
 * switchover fences it first.
 */
async function assertWritablePrimary(request: RolesRequest, sides: readonly Side[], progress: Progress): Promise<void> {
  const seen: string[] = [];
  for (const side of sides) {
    const found = await judge(request, side);
    if (found.isPrimary) {
      progress(`${found.seen}: it stays so`);
      return;
    }
    seen.push(found.seen);
  }
  throw new FerryError({
    failed: "making sure that a writable copy of the data remains",
    where: sides.join(" and "),
    seen: seen.join("; "),
    wanted: "the primary within reach, accepting writes",
    next: "bring the primary back, run `pulumi up`, then destroy; nothing has been removed",
  });
}

async function judge(request: RolesRequest, side: Side): Promise<{ isPrimary: boolean; seen: string }> {
  try {
    return await MysqlServer.with(request[side].connection, side, async (server) => {
      const { readOnly, superReadOnly } = await readServerFacts(server);
      const { uuid, lastEntry } = await readRole(server, side);
      if (readOnly || superReadOnly) return { isPrimary: false, seen: `${server.label} is read-only` };
      const isPrimary = lastEntry === undefined ? side === "source" : lastEntry.primaryUuid === uuid;
      const role = isPrimary ? "is the primary and accepts writes" : "accepts writes and is not the primary";
      return { isPrimary, seen: `${server.label} ${role}` };
    });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return { isPrimary: false, seen: messageOf(error) };
  }
}
