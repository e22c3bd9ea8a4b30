import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** One host key, as a known_hosts line has it. */
export interface HostKey {
  /** E.g. `ssh-ed25519`. */
  readonly type: string;
  readonly blob: Buffer;
}

/** What a known_hosts text says of one host. */
export interface KnownKeys {
  readonly accepted: readonly HostKey[];
  readonly revoked: readonly HostKey[];
}

/** How known_hosts names a host: `host` for port 22, else `[host]:port`. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/**
 * The keys of one host. Lines that are no keys are left out, as OpenSSH does it; `@cert-authority` too, because host
 * certificates are not checked here.
 */
export function findKnownKeys(knownHosts: string, host: string, port: number): KnownKeys {
  const name = knownHostsName(host, port);
  const accepted: HostKey[] = [];
  const revoked: HostKey[] = [];
  for (const line of knownHosts.split(/\r?\n/)) {
    const { marker, patterns, key } = parseLine(line);
    if (key === undefined || !matches(patterns, name)) continue;
    if (marker === undefined) accepted.push(key);
    if (marker === "@revoked") revoked.push(key);
  }
  return { accepted, revoked };
}

/** `SHA256:...`, as `ssh-keygen -l` prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The type that a key names itself, e.g. `ssh-ed25519`; undefined when it is no key. */
export function keyTypeOf(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  return length > 0 && length <= blob.length - 4 ? blob.subarray(4, 4 + length).toString("latin1") : undefined;
}

/** The line that makes a host known. */
export function knownHostsLine(host: string, port: number, blob: Buffer): string {
  return `${knownHostsName(host, port)} ${keyTypeOf(blob) ?? "unknown"} ${blob.toString("base64")}`;
}

interface Line {
  readonly marker?: string;
  readonly patterns: string;
  readonly key?: HostKey;
}

function parseLine(line: string): Line {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith("@") === true ? words.shift() : undefined;
  const [patterns = "", type = "", base64 = ""] = words;
  const blob = Buffer.from(base64, "base64");
  const isKey = !patterns.startsWith("#") && keyTypeOf(blob) === type;
  return { ...(marker === undefined ? {} : { marker }), patterns, ...(isKey ? { key: { type, blob } } : {}) };
}

/** A list of patterns matches when one of them does and none with `!` before it. */
function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith("|")) return matchesHash(patterns, name);
  const list = patterns.toLowerCase().split(",");
  const excluded = list.some((pattern) => pattern.startsWith("!") && wildcard(pattern.slice(1)).test(name));
  return !excluded && list.some((pattern) => !pattern.startsWith("!") && wildcard(pattern).test(name));
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

/** `|1|salt|hash`, both in base64: HMAC-SHA1 of the name. */
function matchesHash(hashed: string, name: string): boolean {
  const [, version, salt = "", expected = ""] = hashed.split("|");
  if (version !== "1") return false;
  const digest = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  const wanted = Buffer.from(expected, "base64");
  return digest.length === wanted.length && timingSafeEqual(digest, wanted);
}
