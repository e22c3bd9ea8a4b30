import { FerryError } from "../operation/index.js";
import type { ReverseReplication, SwitchoverLimits, SwitchoverReport, SwitchoverRequest } from "../switchover/index.js";
import type { Member, Side, Topology } from "../topology/index.js";
import type { RouteOptions } from "../traffic/index.js";

/** Which server of a migration is to be the primary, and whether that is for good. */
export interface RolesRequest {
  /** Name of the replication channel, the same on all servers. */
  readonly channel: string;
  readonly source: Member;
  readonly target: Member;
  /** More replicas, by name: one of them may have become the primary meanwhile. */
  readonly replicas?: Readonly<Record<string, Member>>;
  readonly primary: Side;
  /** Whether the rollback is given up. Only once the source is the primary no more. */
  readonly isFinal: boolean;
  readonly limits: SwitchoverLimits;
  /** The ways by which applications reach the primary. */
  readonly routes: readonly RouteOptions[];
  /** @default "required" */
  readonly reverseReplication?: ReverseReplication;
}

export interface RolesResult {
  /** The member that is the primary now, by name; `""` where it cannot be told. */
  readonly present: string;
  readonly sourceUuid: string;
  readonly targetUuid: string;
  /** Number of switchovers that this migration has committed. */
  readonly switchovers: number;
  readonly isFinal: boolean;
  /** Whether all servers and routes are as the primary role wants them; false after a run that died. */
  readonly inOrder: boolean;
  /** The newest switchover that was run with this state. */
  readonly report?: SwitchoverReport;
}

/** What an earlier run has left: `primary` is the one that it was asked for. */
export type KnownRoles = RolesResult & { readonly primary?: Side };

/** The servers as a topology; as long as the role has never moved the source is the primary. */
export function topologyOf({ channel, source, target, replicas = {} }: Omit<RolesRequest, "primary">): Topology {
  return { channel, members: { ...replicas, source, target }, tree: { source: null, target: "source" } };
}

/** The switchover to `to`, in which nobody moves but the former primary: the others have a place of their own. */
export function switchoverTo(request: RolesRequest, to: string): SwitchoverRequest {
  const { limits, reverseReplication = "required" } = request;
  return { ...topologyOf(request), to, limits, reverseReplication, moves: "former" };
}

/** Which member is to be the primary now: the declared one, where that has been asked for anew; else who has the role. */
export function wantedPrimary({ primary }: RolesRequest, known: KnownRoles | undefined, present: Present): string {
  const isAsked = known === undefined ? !present.hasMoved : known.primary !== primary;
  return isAsked ? primary : present.name;
}

export interface Present {
  readonly name: string;
  /** Whether a switchover or a failover is in the journal. */
  readonly hasMoved: boolean;
}

/** For a person: the role is where the stack does not declare it, and what to do about it. */
export function describeElsewhere({ primary }: RolesRequest, present: string): string[] {
  if (present === primary) return [];
  return [
    `warning: ${present} is the primary, and this phase declares ${primary}; nothing is moved back: \`ferry switchover --to ${primary}\` gives it the role, and so does going to another phase and back`,
  ];
}

export function notTheSource(where: string): FerryError {
  return new FerryError({
    failed: "finalizing the migration",
    where,
    seen: "the source is the primary",
    wanted: "another server as the primary, followed by the fenced source",
    next: "run phase cutover first, and see that the application works; there is no rollback after finalize",
  });
}
