/** An object, or one of its attributes, that may be another one on each server. */
export interface NaturalDifference {
  readonly kind: string;
  /** Of the object's name; undefined for every object of the kind. */
  readonly isMeant: (parts: readonly string[], servers: ServerPair) => boolean;
  /** Undefined for the object as a whole. */
  readonly attribute?: string;
  /** Which objects are meant, for people. */
  readonly what: string;
  readonly reason: string;
}

/** What decides whether a difference is natural. */
export interface ServerPair {
  readonly isSameRelease: boolean;
}

/** SRIDs that MySQL keeps for itself (CREATE SPATIAL REFERENCE SYSTEM, MySQL 8.0 Reference Manual). */
const RESERVED_SRIDS = [
  [0, 32_767],
  [60_000_000, 69_999_999],
  [2_000_000_000, 2_147_483_647],
] as const;

const isReserved = ([srid]: readonly string[]) =>
  RESERVED_SRIDS.some(([first, last]) => Number(srid) >= first && Number(srid) <= last);

export const NATURAL_DIFFERENCES: readonly NaturalDifference[] = [
  {
    kind: "spatial reference system",
    isMeant: (parts, { isSameRelease }) => !isSameRelease && isReserved(parts),
    what: "with an id that MySQL reserves, between servers of two releases",
    reason: "come with the release",
  },
  {
    kind: "cost of an engine's operation",
    isMeant: (_parts, { isSameRelease }) => !isSameRelease,
    attribute: "default_value",
    what: "between servers of two releases",
    reason: "comes with the release",
  },
  {
    kind: "cost of a server's operation",
    isMeant: (_parts, { isSameRelease }) => !isSameRelease,
    attribute: "default_value",
    what: "between servers of two releases",
    reason: "comes with the release",
  },
  {
    kind: "resource group",
    isMeant: ([name]) => name === "SYS_default" || name === "USR_default",
    attribute: "VCPU_IDS",
    what: "`SYS_default`, `USR_default`",
    reason: "the processors of each server's own machine",
  },
  {
    kind: "tablespace",
    isMeant: ([name]) => name === "mysql",
    what: "`mysql`",
    reason: "the server's own, whose attributes come with the release",
  },
  {
    kind: "plugin",
    isMeant: ([name]) => name === "clone",
    what: "`clone`",
    reason: "installed by a backup of method clone and removed afterwards",
  },
];
