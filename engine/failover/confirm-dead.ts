import { codeOf, errnoOf } from "../mysql/index.js";

/** What a replica's channel says of the server that it reads from. */
export type ReplicaView =
  /** Something came from it after this run had found it away. */
  | "hears"
  /** Connected, and too little time has passed to tell. */
  | "waits"
  /** Connected, and silent for longer than heartbeats allow. */
  | "silent"
  /** Its own attempts to connect fail in the network. */
  | "cannot connect"
  /** The receiver does not run: it has no point of view. */
  | "does not look";

/** A receiver as performance_schema shows it. */
export interface ReceiverSigns {
  readonly receiver: "ON" | "OFF" | "CONNECTING";
  /** Of the last attempt to connect; 0 for none. */
  readonly errno: number;
  /** Since the last heartbeat or transaction; null when there was none yet. */
  readonly silentSeconds: number | null;
  /** Interval of the source's heartbeats; 0 when it sends none. */
  readonly heartbeatSeconds: number;
}

/** Client errors of the network: nobody listens, no route, no answer, the connection was lost. */
const NETWORK_ERRORS = new Set([2002, 2003, 2005, 2006, 2012, 2013, 2055]);
/** A heartbeat that is due may be late by this much. */
const LATE_SECONDS = 1;
const MISSED_HEARTBEATS = 3;

export function isNetworkError(errno: number): boolean {
  return NETWORK_ERRORS.has(errno);
}

/** `awaySeconds` is for how long the operator has not reached the primary. */
export function viewOf(signs: ReceiverSigns, awaySeconds: number): ReplicaView {
  const { receiver, errno, silentSeconds, heartbeatSeconds } = signs;
  if (receiver === "OFF") return "does not look";
  if (receiver === "CONNECTING") {
    if (errno === 0) return "waits";
    // Any other error was given by a server that lives.
    return isNetworkError(errno) ? "cannot connect" : "hears";
  }
  if (silentSeconds === null) return "waits";
  if (silentSeconds < awaySeconds - LATE_SECONDS) return "hears";
  if (heartbeatSeconds === 0) return "waits";
  return silentSeconds > MISSED_HEARTBEATS * heartbeatSeconds + LATE_SECONDS ? "silent" : "waits";
}

/** Whether a failed connection means that a server gave no answer at all. One that refuses somebody lives. */
export function gaveNoAnswer(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  const isServersWord = (errnoOf(error) ?? 0) >= 1000 || code.startsWith("ER_") || code.startsWith("HANDSHAKE");
  return !isServersWord;
}

export interface DeathGrounds {
  /** For how long every attempt of the operator has got no answer; undefined when the last one got one. */
  readonly awaySeconds: number | undefined;
  readonly confirmSeconds: number;
  /** Of the members that replicate from the primary itself. */
  readonly views: readonly { readonly name: string; readonly view: ReplicaView }[];
  /** Whether somebody has made sure that it cannot come back writable. */
  readonly isFenced: boolean;
}

/** Why a primary that no replica looks for is not given up. */
export const NOBODY_LOOKS =
  "no replica's I/O thread looks for it: make sure that it cannot come back writable, then say so by --fenced";

export type Verdict =
  | { readonly kind: "dead" }
  /** Ask again: it is too soon to tell. */
  | { readonly kind: "undecided"; readonly why: string }
  | { readonly kind: "alive"; readonly why: string };

/**
 * A primary is dead when the operator and every replica that looks get no answer, and at least one replica looks, or
 * somebody answers for it that it is fenced.
 */
export function judgeDeath({ awaySeconds, confirmSeconds, views, isFenced }: DeathGrounds): Verdict {
  if (awaySeconds === undefined) return { kind: "alive", why: "it answers" };
  const hearing = views.filter(({ view }) => view === "hears");
  if (hearing.length > 0) {
    return { kind: "alive", why: `${names(hearing)} still hear${hearing.length === 1 ? "s" : ""} from it` };
  }
  const waiting = views.filter(({ view }) => view === "waits");
  if (waiting.length > 0) return { kind: "undecided", why: `${names(waiting)} cannot tell yet` };
  if (!isFenced && !isLookedFor(views)) return { kind: "undecided", why: NOBODY_LOOKS };
  if (awaySeconds < confirmSeconds) return { kind: "undecided", why: `unreachable for less than ${confirmSeconds} s` };
  return { kind: "dead" };
}

export function isLookedFor(views: DeathGrounds["views"]): boolean {
  return views.some(({ view }) => view !== "does not look");
}

function names(views: readonly { readonly name: string }[]): string {
  return views.map(({ name }) => name).join(" and ");
}
