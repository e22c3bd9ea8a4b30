import { isPersisted, type MemberState } from "../topology/index.js";
import { type Grounds, isWritable } from "./grounds.js";
import type { Step } from "./step.js";

function hasAutoUnfence({ autoUnfence }: MemberState): boolean {
  return autoUnfence.isDefined || autoUnfence.threads.length > 0;
}

/** By `ferry watch --failover`: a primary that dies is to come back fenced. A switchover leaves traces of itself, too. */
function isWatched(main: MemberState): boolean {
  return isWritable(main) && isPersisted(main, "ON") && !hasAutoUnfence(main) && main.channel === undefined;
}

/**
 * A server that restarts must come up in its role. Until the role has moved, each server's own configuration says so. What
 * persists that a server is writable makes it so at once: never one whose fence stays.
 */
export function persisted({ main, others, entry, follow }: Grounds, isUnfenced: boolean): Step[] {
  const isOpen = isUnfenced || isWritable(main);
  const isMeantToBeFenced = main.persisted.super_read_only === "ON" || main.persisted.read_only === "ON";
  const hasMoved = entry !== undefined;
  const isDue = isOpen && !isWatched(main) && (isMeantToBeFenced || (hasMoved && !isPersisted(main, "OFF")));
  return [
    ...(isDue ? [{ kind: "persist", member: main.name, as: "writable" } as const] : []),
    ...others
      .filter((member) => (hasMoved || follow[member.name] !== undefined) && !isPersisted(member, "ON"))
      .map(({ name }) => ({ kind: "persist", member: name, as: "fenced" }) as const),
  ];
}

/** Before the role has moved nobody but the fail-safe knows that event_scheduler was OFF. */
export function clearAutoUnfence({ main, entry }: Grounds): Step[] {
  if (!hasAutoUnfence(main)) return [];
  const stopsScheduler = entry === undefined && main.autoUnfence.stopsScheduler && main.facts.eventScheduler === "ON";
  return [{ kind: "clear-auto-unfence", member: main.name, stopsScheduler }];
}
