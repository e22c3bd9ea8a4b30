import { FerryError, type Progress } from "../operation/index.js";
import { complete, openParties, withRun } from "../switchover/index.js";
import { judgePrimary, memberFor } from "../topology/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { finalize } from "./ensure-roles.js";
import { type RolesRequest, type RolesResult, switchoverTo, topologyOf } from "./request.js";
import { withRoles } from "./roles.js";

/**
 * Leaves the roles as they are and takes away what a switchover needs. Before the cutover nothing remains; after it the
 * rollback is given up as by phase finalize. Refuses while no server is known to hold all data and to accept writes.
 */
export async function retireRoles(request: RolesRequest, known: RolesResult, progress: Progress): Promise<void> {
  const names = Object.keys(topologyOf(request).members);
  if (known.isFinal) {
    return assertWritablePrimary(
      request,
      names.filter((name) => name !== "source"),
      progress,
    );
  }
  await withRoutes(request.routes, progress, async (routes) => {
    const main = await findPrimary(request, routes);
    if (!(main instanceof FerryError)) return retire(request, main, routes, progress);
    progress(`one of the servers cannot be reached: ${main.message}`);
    return assertWritablePrimary(request, names, progress);
  });
}

interface Primary {
  readonly name: string;
  readonly label: string;
}

/** The primary, where source and target answer; else why they, or it, cannot be seen. */
async function findPrimary(request: RolesRequest, routes: readonly TrafficRoute[]): Promise<Primary | FerryError> {
  try {
    return await withRoles(request, routes, ({ observed, main: { name, label } }) => {
      memberFor(observed, "source");
      memberFor(observed, "target");
      return { name, label };
    });
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  }
}

async function retire(
  request: RolesRequest,
  main: Primary,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<void> {
  const parties = main.name === "source" ? ["target", "source"] : ["source", main.name];
  const order = { request: switchoverTo(request, main.name), routes, progress, parties };
  const sessions = await openParties(order);
  try {
    await withRun(order, sessions, (run) => complete(run));
  } finally {
    await sessions.close();
  }
  if (main.name !== "source") await finalize(request, parties, undefined, routes, progress);
  progress(`${main.label}: it is the primary and accepts writes; it stays so`);
}

async function assertWritablePrimary(
  request: RolesRequest,
  names: readonly string[],
  progress: Progress,
): Promise<void> {
  const { members } = topologyOf(request);
  const seen: string[] = [];
  for (const name of names) {
    const member = members[name];
    if (member === undefined) continue;
    const found = await judgePrimary(member.connection, name);
    if (found.isPrimary) {
      progress(`${found.seen}: it stays so`);
      return;
    }
    seen.push(found.seen);
  }
  throw new FerryError({
    failed: "making sure that a writable copy of the data remains",
    where: names.join(" and "),
    seen: seen.join("; "),
    wanted: "the primary within reach, accepting writes",
    next: "bring the primary back, run `pulumi up`, then destroy; nothing has been removed",
  });
}
