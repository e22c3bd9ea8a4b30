import type { ServerVersion } from "../mysql/index.js";

/** A target that is not there yet, as far as it is known what will run it. */
export interface PlannedTarget {
  /** What messages call it, e.g. `image mysql:8.4.6` or `/usr/sbin/mysqld`. */
  readonly name: string;
  /** Undefined where the name says no release, e.g. `mysql:lts`. */
  readonly version: ServerVersion | undefined;
  /** Whether it will run in Kubernetes, where clients come from other addresses. */
  readonly isInPod: boolean;
  /** Whether it will refuse logins without TLS, whatever the source does. */
  readonly requiresTls: boolean;
  /** What it is told beside what every target runs with; values by lower-case name with underscores. */
  readonly settings: ReadonlyMap<string, string>;
}

/** A patch level after all others: what a tag that names only a series stands for. */
const NEWEST_PATCH = 999;

/** The release that an image's tag names, e.g. `8.4.6`, `8.0.36-28.1`, `8.4`; undefined where it names none (`lts`). */
export function versionOfTag(tag: string): ServerVersion | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/.exec(tag);
  if (match === null) return undefined;
  const [, major, minor, patch] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: patch === undefined ? NEWEST_PATCH : Number(patch),
    text: tag,
    isMariaDb: false,
  };
}

/** Settings as a user writes them, by lower-case name with underscores, and with the prefix `loose_` if they have it. */
export function plannedSettings(settings: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(settings).map(([name, value]) => [name.toLowerCase().replaceAll("-", "_"), String(value)]),
  );
}
