import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { judgePrimary, SIDES, type Side } from "../topology/index.js";
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

async function assertWritablePrimary(request: RolesRequest, sides: readonly Side[], progress: Progress): Promise<void> {
  const seen: string[] = [];
  for (const side of sides) {
    const found = await judgePrimary(request[side].connection, side);
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
