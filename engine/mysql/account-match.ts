import { isIP } from "node:net";
import { likePattern } from "./like-pattern.js";
import type { Account } from "./quoting.js";

/** A login as the server sees it. */
export interface LoginAttempt {
  readonly user: string;
  /** IPv4 or IPv6 address that the connection comes from. */
  readonly ip: string;
  /** Names that the server finds for that address; none with skip_name_resolve. For 127.0.0.1 and ::1 it is `localhost`. */
  readonly hostNames: readonly string[];
}

/**
 * The account that the server takes for a login, before it looks at any password: of all that match, the one with the
 * most specific host, and of these a named one before the anonymous one. Undefined where none matches. Addresses come
 * before networks, networks before names, names before patterns (MySQL manual, "Access Control, Stage 1: Connection
 * Verification", and measured).
 */
export function matchAccount<A extends Account>(accounts: readonly A[], attempt: LoginAttempt): A | undefined {
  return accounts
    .filter(({ user, host }) => (user === "" || user === attempt.user) && matchesHost(host, attempt))
    .sort(bySpecificity)[0];
}

/** Negative when `a` is tried before `b`. */
function bySpecificity(a: Account, b: Account): number {
  const [[kindA, detailA], [kindB, detailB]] = [specificity(a.host), specificity(b.host)];
  return kindA - kindB || detailB - detailA || Number(a.user === "") - Number(b.user === "");
}

/** The kind of a host, the most specific being 0, and how specific it is within its kind, more being so. */
function specificity(host: string): readonly [kind: number, detail: number] {
  if (host === "") return [5, 0];
  if (isIP(host) !== 0) return [0, 0];
  const mask = maskOf(host);
  if (mask !== undefined) return [mask.isCidr ? 1 : 2, mask.bits];
  const wildcard = host.search(/[%_]/);
  return wildcard === -1 ? [3, 0] : [4, wildcard];
}

function matchesHost(host: string, { ip, hostNames }: LoginAttempt): boolean {
  if (host === "" || host === "%") return true;
  const mask = maskOf(host);
  if (mask !== undefined) {
    const address = bitsOf(ip);
    return address !== undefined && (address & mask.mask) >>> 0 === mask.network;
  }
  const pattern = likePattern(host, { ignoresCase: true });
  return pattern.test(ip) || hostNames.some((name) => pattern.test(name));
}

interface Mask {
  readonly network: number;
  readonly mask: number;
  readonly bits: number;
  readonly isCidr: boolean;
}

/** A host as `198.51.100.0/24` or `198.51.100.0/255.255.255.0`, for IPv4 only. */
function maskOf(host: string): Mask | undefined {
  const [address = "", suffix] = host.split("/", 2);
  const network = bitsOf(address);
  if (suffix === undefined || network === undefined) return undefined;
  const isCidr = /^\d{1,2}$/.test(suffix);
  const mask = isCidr ? prefixMask(Number(suffix)) : bitsOf(suffix);
  if (mask === undefined) return undefined;
  return { network, mask, bits: countBits(mask), isCidr };
}

function prefixMask(bits: number): number | undefined {
  if (bits > 32) return undefined;
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

function countBits(mask: number): number {
  return mask.toString(2).replaceAll("0", "").length;
}

/** An IPv4 address as one number. */
function bitsOf(address: string): number | undefined {
  const parts = address.split(".").map(Number);
  const isAddress = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}
