import { type ConnectionOptions, isUnreachable } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { judgePrimary } from "./judge-primary.js";

/**
 * Whether a server or its host is needed no more, by the error of an attempt to reach it: nothing answers there, and one
 * of the others, as far as there are any, accepts writes and is the primary by its own journal.
 */
export async function isSuperseded(
  error: unknown,
  others: readonly (ConnectionOptions | undefined)[],
): Promise<boolean> {
  if (!(error instanceof FerryError) || !(isUnreachable(error) || isUnreachable(error.cause))) return false;
  // As the target: a server whose journal is empty proves nothing.
  const found = others.flatMap((other) => (other === undefined ? [] : [judgePrimary(other, "target")]));
  return (await Promise.all(found)).some(({ isPrimary }) => isPrimary);
}
