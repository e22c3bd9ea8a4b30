/** What a user needs to act on a failure; each part is one short sentence or value without secrets. */
export interface Problem {
  /** What was being attempted, e.g. "start replication channel gtid_ferry". */
  readonly failed: string;
  /** Host, channel or path it happened on, e.g. "target 10.10.3.4:3306". */
  readonly where: string;
  readonly seen: string;
  readonly wanted: string;
  /** What the user should do next. */
  readonly next: string;
}

/** An error whose message alone tells the whole problem, because Pulumi shows nothing but `message`. */
export class FerryError extends Error {
  override readonly name = "FerryError";
  readonly problem: Problem;

  constructor(problem: Problem, options?: { readonly cause?: unknown }) {
    super(
      `${problem.failed} failed on ${problem.where}\n` +
        `  seen:   ${problem.seen}\n` +
        `  wanted: ${problem.wanted}\n` +
        `  next:   ${problem.next}`,
      options,
    );
    this.problem = problem;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * A failure after something was already changed: `partial` is what has to be remembered to go on or to undo it. The
 * message is the cause's.
 */
export class PartialFailure<Result> extends Error {
  override readonly name = "PartialFailure";

  constructor(
    readonly partial: Result,
    cause: unknown,
  ) {
    super(messageOf(cause), { cause });
  }
}
