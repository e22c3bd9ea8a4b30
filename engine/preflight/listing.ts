/** The first rows of something that may be long, and how many there are in all. */
export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** What was observed, or the reason why it could not be. */
export type Seen<T> = { readonly value: T } | { readonly unseen: string };

export function seen<T>(value: T): Seen<T> {
  return { value };
}

/** `a, b, c and 17 more`. */
export function enumerate(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, SHOWN_NAMES);
  const hidden = total - shown.length;
  return hidden > 0 ? `${shown.join(", ")} and ${hidden} more` : shown.join(", ");
}

const SHOWN_NAMES = 10;

/** `1 table`, `2 tables`. */
export function counted(count: number, singular: string): string {
  return `${count} ${singular}${count === 1 ? "" : "s"}`;
}
