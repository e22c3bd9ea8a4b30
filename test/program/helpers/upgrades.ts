/** The upgrades that whole migrations are tried with: the releases that source and target say to be of. */
export const UPGRADES = [
  ["8.0.36", "8.4.6"],
  ["8.4.6", "9.7.4"],
] as const;
