/** The steps of a switchover in their order, as a plan, a timeline and a test name them. */
export const STEPS = [
  "check",
  "test reverse replication",
  "arm fail-safe",
  "pause connections",
  "fence",
  "drop connections",
  "catch up",
  "clear fail-safe",
  "commit",
  "switch traffic",
  "follow",
] as const;
export type SwitchoverStep = (typeof STEPS)[number];
