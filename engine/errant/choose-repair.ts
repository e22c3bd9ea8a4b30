import { formatGtidSet, GtidSet } from "../gtid/index.js";
import { ERRANT_CLASSES, type ErrantClass } from "./classify.js";
import { unconfirmedUuids } from "./confirmation.js";
import { offeredRepairs, type RepairMethod, type RepairOffer, type RepairSituation } from "./policy.js";

export interface RepairChoice {
  readonly method: RepairMethod;
  /** Undefined is all that are errant. */
  readonly gtids?: GtidSet | undefined;
  /** What the user typed to confirm. */
  readonly confirmation: string;
}

/** A user's choice held against the policy; it may be carried out when the last two lists are empty. */
export interface ChosenRepair {
  readonly gtids: GtidSet;
  /** Of the wanted GTIDs: repaired already, or never errant. They are left alone. */
  readonly notErrant: GtidSet;
  /** What the policy does not offer, one sentence each. */
  readonly refusals: readonly string[];
  /** UUIDs that the user has still to confirm. */
  readonly unconfirmed: readonly string[];
}

export function chooseRepair(
  classes: Readonly<Record<ErrantClass, string>>,
  choice: RepairChoice,
  situation: RepairSituation,
): ChosenRepair {
  const errant = GtidSet.parse(Object.values(classes).join(","));
  const wanted = choice.gtids ?? errant;
  const gtids = wanted.intersect(errant);
  const refusals: string[] = [];
  let toConfirm = GtidSet.empty;
  for (const errantClass of ERRANT_CLASSES) {
    const part = gtids.intersect(GtidSet.parse(classes[errantClass]));
    if (part.isEmpty()) continue;
    const offers = offeredRepairs(errantClass, situation);
    const offer = offers.find(({ method }) => method === choice.method) ?? injectionFor(choice.method, offers);
    if (offer === undefined) {
      const offered = offers.map(({ method }) => method).join(", ");
      refusals.push(`${choice.method} is not offered for ${formatGtidSet(part)} (${errantClass}); offered: ${offered}`);
    } else if (offer.needsConfirmation) toConfirm = toConfirm.union(part);
  }
  const unconfirmed = unconfirmedUuids(toConfirm, choice.confirmation);
  return { gtids, notErrant: wanted.subtract(errant), refusals, unconfirmed };
}

/** Reconciling ends with an injection, and is no more than that where no row has to be changed before. */
function injectionFor(method: RepairMethod, offers: readonly RepairOffer[]): RepairOffer | undefined {
  const injection = offers.find((offer) => offer.method === "inject-empty" && !offer.needsConfirmation);
  return method === "reconcile" ? injection : undefined;
}
