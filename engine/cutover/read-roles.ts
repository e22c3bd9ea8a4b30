import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { withRoutes } from "../traffic/index.js";
import { finalRoles } from "./final-roles.js";
import type { RolesRequest, RolesResult } from "./request.js";
import { resultOf, withRoles } from "./roles.js";

/**
 * Who is the primary now, and whether all is in order around it. What cannot be looked at is told and counts as not in
 * order.
 */
export async function readRoles(request: RolesRequest, known: RolesResult, progress: Progress): Promise<RolesResult> {
  try {
    return await withRoutes(request.routes, progress, async (routes) => {
      if (!known.isFinal) return withRoles(request, routes, (roles) => ({ ...known, ...resultOf(roles, known) }));
      const { name, inOrder } = await finalRoles(request, routes);
      return { ...known, present: name, inOrder };
    });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    progress(`who is the primary cannot be seen: ${messageOf(error)}`);
    return { ...known, inOrder: false };
  }
}
