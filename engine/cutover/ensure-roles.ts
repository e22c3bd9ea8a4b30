import { MysqlServer } from "../mysql/index.js";
import { FerryError, messageOf, PartialFailure, type Progress } from "../operation/index.js";
import { isOutlived, type JournalEntry, ownsRole, readRole } from "../topology/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { planEstablish } from "./establish-plan.js";
import { assertLeadable, observeFinalRoles } from "./final-roles.js";
import { finalize, finalizeAlone } from "./finalize.js";
import type { SwitchoverRequest } from "./request.js";
import type { RoleEnd, RolesRequest, RolesResult } from "./roles-request.js";
import { LOCK_TIMEOUT_SECONDS, openSessions, type Sessions } from "./sessions.js";
import type { PairState } from "./state.js";
import { type SwitchoverReport, switchover } from "./switchover.js";

/**
 * Makes the wanted server the primary, or sees that it is; then gives up the way back if that is wanted. `known` is what
 * an earlier run left. Errors are FerryErrors in a PartialFailure whose state is not in order, so that a next run looks.
 */
export async function ensureRoles(
  request: RolesRequest,
  known: RolesResult | undefined,
  progress: Progress,
): Promise<RolesResult> {
  try {
    return await withRoutes(request.routes, (routes) =>
      request.isFinal ? makeFinal(request, known, routes, progress) : switchRoles(request, known, routes, progress),
    );
  } catch (error) {
    const unknown = { primary: "source", sourceUuid: "", targetUuid: "", switchovers: 0 } as const;
    throw new PartialFailure<RolesResult>({ ...unknown, isFinal: false, inOrder: false, ...known }, error);
  }
}

async function switchRoles(
  request: RolesRequest,
  known: RolesResult | undefined,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<RolesResult> {
  const { report = known?.report, ...result } = await switchover(switchoverRequest(request), routes, progress);
  return { ...result, isFinal: false, inOrder: true, ...withReport(report) };
}

async function makeFinal(
  request: RolesRequest,
  known: RolesResult | undefined,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<RolesResult> {
  if (known?.isFinal === true) {
    assertLeadable(await observeFinalRoles(request, routes));
    await Promise.all(routes.map((route) => route.lead("target")));
    return { ...known, inOrder: true };
  }
  let sessions: Sessions;
  try {
    sessions = await openSessions(request);
  } catch (error) {
    if (!(await isOutlived(error, [request.target.connection]))) throw error;
    progress(`the source is gone, and the target is the primary: ${messageOf(error)}`);
    return makeFinalAlone(request, known, routes, progress);
  }
  try {
    const pair = await finalize(request, sessions, routes, progress);
    return { ...rolesResult(pair, request.channel), ...withReport(known?.report) };
  } finally {
    await sessions.close();
  }
}

async function makeFinalAlone(
  request: RolesRequest,
  known: RolesResult | undefined,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<RolesResult> {
  assertLeadable(await observeFinalRoles(request, routes));
  return MysqlServer.with(request.target.connection, "target", async (target) => {
    await target.lockOut(LOCK_TIMEOUT_SECONDS);
    const role = await readRole(target, "target");
    const { uuid, lastEntry } = role;
    if (!ownsRole(role) || lastEntry === undefined) throw lostRole(target.label, lastEntry);
    await finalizeAlone(target, lastEntry, progress);
    await Promise.all(routes.map((route) => route.lead("target")));
    const servers = { sourceUuid: known?.sourceUuid || lastEntry.previousUuid, targetUuid: uuid };
    const roles = { primary: "target", switchovers: lastEntry.number, isFinal: true, inOrder: true } as const;
    return { ...roles, ...servers, ...withReport(known?.report) };
  });
}

export function rolesResult(pair: PairState, channel: string): RolesResult {
  return {
    primary: pair.primary,
    sourceUuid: pair.source.uuid,
    targetUuid: pair.target.uuid,
    switchovers: pair.entry?.number ?? 0,
    isFinal: pair.entry?.isFinal === true,
    inOrder: planEstablish(pair, channel).length === 0,
  };
}

function lostRole(where: string, entry: JournalEntry | undefined): FerryError {
  return new FerryError({
    failed: "finalizing the migration",
    where,
    seen: `${entry?.primaryUuid ?? "no server"} is the primary by its journal`,
    wanted: "the target as the primary",
    next: "see `ferry status`; give the role back by `ferry switchover --to target`, then run again",
  });
}

function withReport(report: SwitchoverReport | undefined): Pick<RolesResult, "report"> {
  return report === undefined ? {} : { report };
}

/** The request of a switchover, which needs to know how each server is reached by the other. */
export function switchoverRequest(request: RolesRequest): SwitchoverRequest {
  return { ...request, source: withAddress(request, "source"), target: withAddress(request, "target") };
}

function withAddress(request: RolesRequest, side: "source" | "target"): SwitchoverRequest["source"] {
  const end: RoleEnd = request[side];
  if (end.address !== undefined) return { ...end, address: end.address };
  throw new FerryError({
    failed: "preparing the switchover",
    where: side,
    seen: "no address by which the other server replicates from it",
    wanted: "an address for each server, so that there is a way back",
    next: "give the address of the channel's source",
  });
}
