import type { Check, Finding } from "../operation/index.js";
import type { Look } from "./observation.js";

const TIMED_OUT = 124;

/** A connection that was not made: nobody answered, or somebody said no. */
export function judgeConnection(
  check: Check,
  { exitCode, output }: Look,
  fixes: { readonly swallowed: string; readonly refused: string },
): Finding {
  if (exitCode === TIMED_OUT) return check.blocker("no answer in time", fixes.swallowed);
  // What the shell adds in front names its own code.
  const reason = output.split("\n").at(-1)?.split(": ").at(-1) ?? "";
  return check.blocker(
    `no connection: ${reason || `exit code ${exitCode}`}`,
    `${fixes.refused}; else ${fixes.swallowed}`,
  );
}
