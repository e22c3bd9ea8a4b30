import { readDeadMan } from "../cutover/index.js";
import type { ObservedTree } from "../replica-tree/index.js";
import { isFencedByRestart } from "./arm.js";
import { type Run, serverFor } from "./run.js";
import type { Here } from "./standing.js";

/** Why a primary that is read-only must stay so; undefined when it may be opened. */
export interface Opening {
  readonly obstacle: string | undefined;
}

export interface OpeningGrounds {
  /** Whether a failover, a switchover or a restart has made it read-only, and not a person. */
  readonly isOurs: boolean;
  /** Members that do not answer and were not left out: they may be the primary where nobody else could see it. */
  readonly rivals: readonly string[];
}

export function judgeOpening({ isOurs, rivals }: OpeningGrounds): Opening {
  if (!isOurs) {
    return { obstacle: "it is read-only, and no failover, switchover or restart did that: find out who did" };
  }
  if (rivals.length === 0) return { obstacle: undefined };
  const who = rivals.join(" and ");
  return {
    obstacle: `it is read-only, and stays so while ${who} might be the primary meanwhile: bring them back, or leave them out by --without ${rivals.join(" ")}`,
  };
}

/** The same for the present primary, by what its server says of itself and by who answers. */
export async function openingOf(run: Run, observed: ObservedTree, { name, entry }: Here): Promise<Opening> {
  const server = serverFor(run, name);
  const isOurs = entry !== undefined || (await readDeadMan(server)).isDefined || (await isFencedByRestart(server));
  return judgeOpening({ isOurs, rivals: rivalsOf(observed, run.request.wishes.without) });
}

/** Why there is nothing to do around a primary that lives. */
export function whyAtRest({ members }: ObservedTree, name: string, { obstacle }: Opening): string {
  const primary = members[name];
  const isClosed = primary?.reachable === true && primary.facts.readOnly;
  return `${name} is the primary and lives: ${isClosed && obstacle !== undefined ? obstacle : "it answers and accepts writes"}`;
}

export function rivalsOf({ members }: ObservedTree, without: readonly string[]): string[] {
  return Object.values(members).flatMap(({ name, reachable }) => (reachable || without.includes(name) ? [] : [name]));
}
