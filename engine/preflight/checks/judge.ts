import type { Check, Finding } from "../../operation/index.js";
import type { Seen } from "../listing.js";

/** Judges what was observed; what could not be observed is a warning, since nobody knows. */
export function judge<T>(check: Check, observed: Seen<T>, verdict: (value: T) => Finding): Finding {
  if ("value" in observed) return verdict(observed.value);
  return check.warning(
    observed.unseen,
    "give the administrator's account the missing privilege, or make sure of this by hand",
  );
}
