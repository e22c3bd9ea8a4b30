/** How much of the offending text a message shows. */
const SHOWN_CHARACTERS = 40;

/** A text that MySQL would refuse as a GTID set. */
export class MalformedGtidSetError extends Error {
  override readonly name = "MalformedGtidSetError";

  constructor(
    text: string,
    /** Offset of the offending part in the text, from 0. */
    readonly position: number,
    /** What would have been right there, e.g. `a number`. */
    readonly expected: string,
  ) {
    const rest = text.slice(position, position + SHOWN_CHARACTERS);
    const seen = rest === "" ? "the end of the text" : JSON.stringify(rest);
    super(`malformed GTID set: expected ${expected} at position ${position}, seen ${seen}`);
  }
}
