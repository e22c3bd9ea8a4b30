import { MysqlServer } from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import type { Side } from "../topology/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import { rolesResult } from "./ensure-roles.js";
import { assertLeadable, observeFinalRoles } from "./final-roles.js";
import type { RolesRequest, RolesResult } from "./roles-request.js";
import { type ObservedSession, observePair, type PairState } from "./state.js";

/** Looks at both servers and the routes over connections of its own, and lets `work` look on; writes nothing. */
export async function withSessions<T>(
  request: Pick<RolesRequest, "channel" | Side>,
  routes: readonly TrafficRoute[],
  work: (pair: PairState, sessions: Readonly<Record<Side, ObservedSession>>) => Promise<T> | T,
): Promise<T> {
  return MysqlServer.with(request.source.connection, "source", (source) =>
    MysqlServer.with(request.target.connection, "target", async (target) => {
      const sessions = { source: { side: "source", main: source }, target: { side: "target", main: target } } as const;
      return work(await observePair(sessions, request.channel, routes), sessions);
    }),
  );
}

/**
 * Who is the primary now, and whether all is in order around it. What cannot be looked at is told and counts as not in
 * order. Of a finalized migration only the target is asked: its source may be gone for good.
 */
export async function readRoles(request: RolesRequest, known: RolesResult, progress: Progress): Promise<RolesResult> {
  try {
    return await withRoutes(request.routes, async (routes) => {
      if (known.isFinal) return { ...known, inOrder: await isFinalInOrder(request, routes) };
      return withSessions(request, routes, (pair) => ({ ...known, ...rolesResult(pair, request.channel) }));
    });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    progress(`who is the primary cannot be seen: ${messageOf(error)}`);
    return { ...known, inOrder: false };
  }
}

async function isFinalInOrder(request: RolesRequest, routes: readonly TrafficRoute[]): Promise<boolean> {
  const roles = await observeFinalRoles(request, routes);
  assertLeadable(roles);
  return roles.routes.every(({ state }) => state === "target");
}
