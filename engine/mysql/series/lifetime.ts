import { isAtLeast, type ServerVersion } from "../version.js";

/** Releases in which a name exists: all supported ones, but for what is said here. */
export interface Lifetime {
  /** The release that brought it, e.g. `8.0.29`. */
  readonly since?: string;
  /** The release that no longer has it. */
  readonly removed?: string;
  /** Why it is no harm that some supported releases do not have it. */
  readonly because?: string;
  /** Source files that may name it; for a name that not every supported release has. */
  readonly usedIn?: readonly string[];
}

export type Names = Readonly<Record<string, Lifetime>>;

/** Names that every supported release has, separated by white space, or by commas where they hold blanks. */
export function always(list: string): Names {
  const names = (list.includes(",") ? list.split(",") : list.split(/\s+/)).map((name) => name.trim());
  return Object.fromEntries(names.filter((name) => name !== "").map((name) => [name, {}]));
}

export function existsAt({ since, removed }: Lifetime, version: ServerVersion): boolean {
  return (since === undefined || isAtLeast(version, since)) && (removed === undefined || !isAtLeast(version, removed));
}

/** Names that one release has and a later one does not. */
export function leaveBetween(names: Names, from: ServerVersion, to: ServerVersion): string[] {
  return namesWhere(names, (lifetime) => existsAt(lifetime, from) && !existsAt(lifetime, to));
}

/** Names that one release does not have and a later one does. */
export function comeBetween(names: Names, from: ServerVersion, to: ServerVersion): string[] {
  return namesWhere(names, (lifetime) => !existsAt(lifetime, from) && existsAt(lifetime, to));
}

function namesWhere(names: Names, is: (lifetime: Lifetime) => boolean): string[] {
  return Object.entries(names).flatMap(([name, lifetime]) => (is(lifetime) ? [name] : []));
}
