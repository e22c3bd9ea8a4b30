import { FerryError, messageOf, type Problem } from "../operation/index.js";

/** Nobody can tell from here how far it came: the servers have to be asked, over new connections. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";

  constructor(
    cause: unknown,
    /** When writes were stopped, on the clock of `performance.now()`. */
    readonly stoppedAt: number,
  ) {
    super(messageOf(cause), { cause });
  }
}

/** The cause's error, and what a user wants to know first: that the primary accepts writes, and how long it did not. */
export function abortedError(cause: unknown, primary: string, stoppedMilliseconds: number): FerryError {
  const undone = `undone: ${primary} is the primary as before and accepts writes; they were stopped for ${Math.round(stoppedMilliseconds)} ms`;
  if (cause instanceof FerryError) {
    const { failed, where, seen, wanted, next } = cause.problem;
    return new FerryError(
      { failed: `the switchover, ${failed},`, where, seen: `${seen}; ${undone}`, wanted, next },
      { cause },
    );
  }
  return new FerryError(
    {
      failed: "the switchover",
      where: primary,
      seen: `${messageOf(cause)}; ${undone}`,
      wanted: "every step to succeed",
      next: "fix the error above and re-run",
    },
    { cause },
  );
}

/** Something that passes by itself is in the way: another attempt is worth while. */
export class Blocked extends Error {
  override readonly name = "Blocked";

  constructor(readonly problem: Problem) {
    super(problem.seen);
  }
}
