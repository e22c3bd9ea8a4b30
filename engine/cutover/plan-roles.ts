import { checkOn, FerryError, type Finding, messageOf, silent } from "../operation/index.js";
import { checkFinalize, planFinalize, previewSwitchover } from "../switchover/index.js";
import { type Members, serverFor } from "../topology/index.js";
import { type TrafficRoute, withRoutes } from "../traffic/index.js";
import {
  describeElsewhere,
  type KnownRoles,
  type RolesRequest,
  switchoverTo,
  topologyOf,
  wantedPrimary,
} from "./request.js";
import { type SeenRoles, withRoles } from "./roles.js";

export interface RolesPlan {
  /** A line each: every statement and where it runs, what is checked and what is found already, and what undoes it. */
  readonly lines: readonly string[];
  /** What no run could do from here, whatever is made ready for it. */
  readonly refusals: readonly Finding[];
}

/** What `ensureRoles` would do now. Writes nothing; servers that are not there yet leave little to say. */
export async function planRoles(request: RolesRequest, known?: KnownRoles): Promise<RolesPlan> {
  try {
    return await withRoutes(request.routes, silent, (routes) =>
      withRoles(request, routes, (roles, members) =>
        request.isFinal ? planFinal(request, roles, members) : planMove(request, known, roles, routes),
      ),
    );
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    const line = `${request.primary} becomes the primary; what that takes cannot be seen yet: ${messageOf(error)}`;
    return { lines: [line], refusals: [] };
  }
}

async function planFinal(request: RolesRequest, roles: SeenRoles, members: Members): Promise<RolesPlan> {
  const { main, observed, plan } = roles;
  const { entry } = observed.status;
  if (main.name === "source" || entry === undefined) return { lines: [], refusals: [tooEarly(main.label)] };
  const kept = serverFor(members, main.name);
  const source = observed.members.source;
  const retired =
    source?.reachable === true ? { retired: { server: serverFor(members, "source"), state: source } } : {};
  const { channel, limits } = request;
  const steps = await planFinalize({ kept, ...retired }, entry, channel, limits.settleTimeoutSeconds);
  const findings = await checkFinalize(kept, plan, observed, topologyOf(request));
  return {
    lines: [
      ...findings.map(({ server, seen, fix }) => `check: ${server}: ${seen}; would be refused: ${fix}`),
      ...steps.map(({ line }) => line),
      "there is no rollback after it",
    ],
    refusals: [],
  };
}

async function planMove(
  request: RolesRequest,
  known: KnownRoles | undefined,
  { main, observed }: SeenRoles,
  routes: readonly TrafficRoute[],
): Promise<RolesPlan> {
  const { entry } = observed.status;
  const to = wantedPrimary(request, known, { name: main.name, hasMoved: entry !== undefined });
  const next = observed.members[to];
  if (entry !== undefined && to !== main.name && next?.reachable === true && next.channel === undefined) {
    return { lines: [], refusals: [noRollback(next.label, main.name)] };
  }
  const { lines } = await previewSwitchover(switchoverTo(request, to), routes);
  return { lines: [...describeElsewhere(request, to), ...lines], refusals: [] };
}

function tooEarly(server: string): Finding {
  return checkOn(server, "too-early", "another server as the primary").blocker(
    "the source is the primary: phase finalize gives up the rollback, so it only follows phase cutover",
    "run `pulumi up` with gtid-ferry:phase cutover first, and see that the application works",
  );
}

function noRollback(server: string, primary: string): Finding {
  return checkOn(server, "rollback", `a replica of ${primary}, which has everything that was written since`).blocker(
    "it does not replicate: reverse replication was given up with the cutover, so there is no rollback",
    "set gtid-ferry:phase back; to return, set gtid-ferry:reverseReplication to required, `pulumi up`, and let it catch up, as long as the binary logs are there",
  );
}
