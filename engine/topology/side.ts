/** The two ends of a migration. */
export type Side = "source" | "target";

export const SIDES: readonly Side[] = ["source", "target"];

export function otherSide(side: Side): Side {
  return side === "source" ? "target" : "source";
}
