import type { ErrantClass } from "./classify.js";

/**
 * - `inject-empty`: commit empty transactions under the errant GTIDs on the primary, or on every member without one;
 * - `reset`: take the GTIDs out of the replica's history;
 * - `reconcile`: bring the rows to the primary's state, then inject;
 * - `rebuild`: restore the replica from a backup.
 */
export type RepairMethod = "inject-empty" | "reset" | "reconcile" | "rebuild";

/** What else decides. */
export interface RepairSituation {
  readonly primaryIsReachable: boolean;
  /** Whether a comparison of all data, made after the errant transactions, found none different. */
  readonly allDataIsEqual: boolean;
}

export interface RepairOffer {
  readonly method: RepairMethod;
  /** Exactly one offer of a class is. */
  readonly isRecommended: boolean;
  /** Whether the user has to type part of the GTID. */
  readonly needsConfirmation: boolean;
  /** What it leaves behind or costs, for people. */
  readonly consequence: string;
}

type Offer = Omit<RepairOffer, "isRecommended">;

const INJECT: Offer = {
  method: "inject-empty",
  needsConfirmation: false,
  consequence: "the GTID is on all servers, and the data stay as they are",
};
const INJECT_OVER_CHANGES: Offer = {
  method: "inject-empty",
  needsConfirmation: true,
  consequence: "the changed data stay different from the source's",
};
const RESET: Offer = {
  method: "reset",
  needsConfirmation: true,
  consequence: "the replica's binary logs are deleted",
};
const RESET_OVER_CHANGES: Offer = {
  method: "reset",
  needsConfirmation: true,
  consequence: "the replica's binary logs are deleted, and the changed data stay different from the source's",
};
const RECONCILE: Offer = {
  method: "reconcile",
  needsConfirmation: true,
  consequence: "the replica's rows become the source's",
};
const REBUILD: Offer = {
  method: "rebuild",
  needsConfirmation: true,
  consequence: "the replica is restored from a backup, by ferry rebuild --always",
};

/** The repairs for a class of errant transactions, the recommended one first. */
export function offeredRepairs(errantClass: ErrantClass, situation: RepairSituation): RepairOffer[] {
  const [first, ...others] = offersFor(errantClass, situation);
  return first === undefined
    ? []
    : [{ ...first, isRecommended: true }, ...others.map((offer) => ({ ...offer, isRecommended: false }))];
}

function offersFor(errantClass: ErrantClass, { primaryIsReachable, allDataIsEqual }: RepairSituation): Offer[] {
  // Which GTIDs are errant, and what the rows should be, only the primary can tell.
  const withPrimary = (...offers: Offer[]) => (primaryIsReachable ? offers : []);
  switch (errantClass) {
    case "harmless":
    case "equal":
      return [INJECT, ...withPrimary(RESET)];
    case "changed":
      return allDataIsEqual
        ? [INJECT, ...withPrimary(RESET)]
        : [...withPrimary(RECONCILE, REBUILD), INJECT_OVER_CHANGES, ...withPrimary(RESET_OVER_CHANGES)];
    case "unknown":
      // Nobody can tell what it did: only a comparison of everything can show that it left no difference.
      return [...withPrimary(REBUILD), ...(allDataIsEqual ? [{ ...RESET }] : [])];
  }
}
