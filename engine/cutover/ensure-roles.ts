import { isUnreachable } from "../mysql/index.js";
import { FerryError, messageOf, PartialFailure, type Progress } from "../operation/index.js";
import { checkFinalize, openParties, planFinalize, runFinalize, switchover, withRun } from "../switchover/index.js";
import { type LostMember, type MemberState, serverFor } from "../topology/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { finalRoles } from "./final-roles.js";
import {
  describeElsewhere,
  type KnownRoles,
  notTheSource,
  type RolesRequest,
  type RolesResult,
  switchoverTo,
  wantedPrimary,
} from "./request.js";
import { resultOf, type SeenRoles, withRoles } from "./roles.js";

/**
 * Makes the wanted server the primary, or sees that it is; then gives up the rollback if that is wanted. `known` is what an
 * earlier run left: where that was asked for the same primary, and another server has the role since, nothing is moved back.
 * Errors are FerryErrors in a PartialFailure whose state is not in order, so that a next run looks.
 */
export async function ensureRoles(
  request: RolesRequest,
  known: KnownRoles | undefined,
  progress: Progress,
): Promise<RolesResult> {
  try {
    return await withRoutes(request.routes, progress, (routes) =>
      request.isFinal ? makeFinal(request, known, routes, progress) : keepRoles(request, known, routes, progress),
    );
  } catch (error) {
    const unknown = { primary: "source", present: "", sourceUuid: "", targetUuid: "", switchovers: 0 } as const;
    throw new PartialFailure<KnownRoles>({ ...unknown, isFinal: false, inOrder: false, ...known }, error);
  }
}

async function keepRoles(
  request: RolesRequest,
  known: KnownRoles | undefined,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<RolesResult> {
  const to = await withRoles(request, routes, (roles) => {
    for (const member of lostEnds(roles)) refuseLost(member, roles, progress);
    const { main, observed } = roles;
    return wantedPrimary(request, known, { name: main.name, hasMoved: observed.status.entry !== undefined });
  });
  for (const line of describeElsewhere(request, to)) progress(line);
  const { report = known?.report } = await switchover(switchoverTo(request, to), routes, progress);
  const result = await withRoles(request, routes, (roles) => resultOf(roles, known));
  return { ...result, inOrder: true, ...(report === undefined ? {} : { report }) };
}

/** Source and target, as far as they do not answer. */
function lostEnds({ observed }: SeenRoles): LostMember[] {
  return ["source", "target"].flatMap((name) => {
    const member = observed.members[name];
    return member === undefined || member.reachable ? [] : [member];
  });
}

/** A former primary that does not answer is what a failover has left: it comes back fenced, or is taken back by `ferry failover`. */
function refuseLost(member: LostMember, { main, observed }: SeenRoles, progress: Progress): void {
  const { entry } = observed.status;
  const isFormer =
    member.expectedUuid === undefined
      ? entry !== undefined && !isHere(entry.previousUuid, observed)
      : main.primaryUuids.includes(member.expectedUuid);
  if (!isFormer) throw member.failure;
  progress(
    `warning: ${member.label} does not answer (${member.seen}); ${main.name} is the primary instead: bring it back, or finalize without it`,
  );
}

function isHere(uuid: string, { members }: SeenRoles["observed"]): boolean {
  return Object.values(members).some((member) => member.reachable && member.facts.serverUuid === uuid);
}

async function makeFinal(
  request: RolesRequest,
  known: KnownRoles | undefined,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<RolesResult> {
  if (known?.isFinal === true) {
    const { name } = await finalRoles(request, routes);
    await Promise.all(routes.map((route) => route.lead(name)));
    return { ...known, present: name, inOrder: true };
  }
  const parties = await withRoles(request, routes, ({ observed, main }) => {
    if (main.name === "source") throw notTheSource(main.label);
    const source = observed.members.source;
    if (source?.reachable === true) return ["source", main.name];
    if (source !== undefined) assertSuperseded(source, main);
    progress(`the source is gone, and ${main.name} is the primary: ${messageOf(source?.failure)}`);
    return [main.name];
  });
  return finalize(request, parties, known, routes, progress);
}

/** Whoever is left of the two parties gives up the rollback. */
export async function finalize(
  request: RolesRequest,
  parties: readonly string[],
  known: KnownRoles | undefined,
  routes: readonly TrafficRoute[],
  progress: Progress,
): Promise<RolesResult> {
  const [kept = ""] = parties.slice(-1);
  const order = { request: switchoverTo(request, kept), routes, progress, parties };
  const sessions = await openParties(order);
  try {
    await withRun(order, sessions, async (run) => {
      await withRoles(request, routes, async (roles) => {
        const { entry } = roles.observed.status;
        const source = roles.observed.members.source;
        if (roles.main.name !== kept || entry === undefined) throw notTheSource(roles.main.label);
        const server = serverFor(run.members, kept);
        const retired =
          source?.reachable === true && parties.includes("source")
            ? { retired: { server: serverFor(run.members, "source"), state: source } }
            : {};
        const { channel, limits } = request;
        const steps = await planFinalize({ kept: server, ...retired }, entry, channel, limits.settleTimeoutSeconds);
        const findings = await checkFinalize(server, roles.plan, roles.observed, run.topology);
        await runFinalize(steps, findings, progress);
      });
    });
  } finally {
    await sessions.close();
  }
  await Promise.all(routes.map((route) => route.lead(kept)));
  const result = await withRoles(request, routes, (roles) => resultOf(roles, known));
  return { ...result, isFinal: true, inOrder: true };
}

/** Gone for good is only a source that gives no answer at all, while the primary accepts writes. */
function assertSuperseded({ failure }: LostMember, { facts }: MemberState): void {
  const cause = failure instanceof FerryError ? failure.cause : undefined;
  if ((isUnreachable(failure) || isUnreachable(cause)) && !facts.readOnly) return;
  throw failure;
}
