import { ConnectionLostError, NoSuchHostError } from "../hosts/index.js";
import { FerryError, messageOf, type Problem } from "../operation/index.js";
import { addressOf, type ConnectionOptions } from "./connection-options.js";

type Advice = Pick<Problem, "wanted" | "next">;

/** What to do about the failures a user meets most, by mysql2's or Node's error code. */
const ADVICE: Readonly<Record<string, Advice>> = {
  ER_ACCESS_DENIED_ERROR: {
    wanted: "a login with the configured user and password",
    next: "check user and password, and that the account may log in from this machine",
  },
  ER_NOT_SUPPORTED_AUTH_MODE: {
    wanted: "an account that uses caching_sha2_password",
    next: "ALTER USER ... IDENTIFIED WITH caching_sha2_password",
  },
  ER_PLUGIN_IS_NOT_LOADED: {
    wanted: "an account whose authentication plugin the server has",
    next: "ALTER USER ... IDENTIFIED WITH caching_sha2_password, or give the server the account's plugin",
  },
  ER_ACCOUNT_HAS_BEEN_LOCKED: { wanted: "an account that is not locked", next: "ALTER USER ... ACCOUNT UNLOCK" },
  ER_MUST_CHANGE_PASSWORD: { wanted: "a password that has not expired", next: "ALTER USER ... IDENTIFIED BY ..." },
  ER_MUST_CHANGE_PASSWORD_LOGIN: {
    wanted: "a password that has not expired",
    next: "ALTER USER ... IDENTIFIED BY ...",
  },
  ER_SECURE_TRANSPORT_REQUIRED: {
    wanted: "a login over TLS (require_secure_transport is ON)",
    next: "let the connection's TLS mode be required",
  },
  ER_HOST_NOT_PRIVILEGED: {
    wanted: "an account that may log in from this machine",
    next: "CREATE USER or RENAME USER so that its host covers this machine's address",
  },
  ER_HOST_IS_BLOCKED: {
    wanted: "a host that is not blocked",
    next: "TRUNCATE performance_schema.host_cache, and find out who failed to log in from here so often",
  },
  ER_CON_COUNT_ERROR: {
    wanted: "a free connection",
    next: "raise max_connections, or end sessions; an account with CONNECTION_ADMIN has one connection more",
  },
  ER_USER_LIMIT_REACHED: {
    wanted: "an account whose limits this login does not exceed",
    next: "ALTER USER ... WITH MAX_USER_CONNECTIONS 0 MAX_CONNECTIONS_PER_HOUR 0",
  },
  ECONNREFUSED: { wanted: "a server that listens there", next: "check host and port, and that mysqld runs" },
  ENOTFOUND: { wanted: "a host name that resolves", next: "check the host name and the name servers" },
  EHOSTUNREACH: { wanted: "a route to the host", next: "check routes, peering and security groups" },
  ETIMEDOUT: { wanted: "an answer in time", next: "check routes, firewall and security groups for this port" },
  HANDSHAKE_NO_SSL_SUPPORT: {
    wanted: "TLS",
    next: 'configure certificates on the server, or set the connection\'s TLS mode to "disabled" if you accept clear text',
  },
  HANDSHAKE_SSL_ERROR: {
    wanted: "a certificate that the configured authority signed",
    next: "give the server's ca.pem as the connection's certificate authority, or use TLS mode required",
  },
};

const DEFAULT_ADVICE: Advice = { wanted: "a connection", next: "look into the server's error log" };

/** Node and mysql2 put a stable `code` on their errors; anything else has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** MySQL's error number, e.g. 1290. */
export function errnoOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errno" in error)) return undefined;
  return typeof error.errno === "number" ? error.errno : undefined;
}

/** Whether no server is there: its host, or the last hop of a tunnel, refused the connection, or there is no such pod. */
export function isNobodyListening(error: unknown): boolean {
  return codeOf(error) === "ECONNREFUSED";
}

const UNREACHABLE: ReadonlySet<string | undefined> = new Set([
  "ECONNREFUSED",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
]);

/**
 * Whether nothing answers: the host may be gone for good, or away for a moment. What answers and refuses a login, or its
 * certificate, is there.
 */
export function isUnreachable(error: unknown): boolean {
  const isHosts = error instanceof ConnectionLostError || error instanceof NoSuchHostError;
  return isHosts || UNREACHABLE.has(codeOf(error));
}

/** Turns a failed connect into one message with address, what was seen and what to do. */
export function connectionError(options: ConnectionOptions, role: string, error: unknown): FerryError {
  return new FerryError(
    { failed: `connecting as ${options.user}`, where: `${role} ${addressOf(options)}`, ...judged(error) },
    { cause: error },
  );
}

function judged(error: unknown): Pick<Problem, "seen" | "wanted" | "next"> {
  if (error instanceof FerryError) {
    const { wanted, next } = error.problem;
    return { seen: briefly(error), wanted, next };
  }
  const code = codeOf(error);
  const text = messageOf(error);
  const advice = (code === undefined ? undefined : ADVICE[code]) ?? DEFAULT_ADVICE;
  return { seen: code === undefined || text.includes(code) ? text : `${code}: ${text}`, ...advice };
}

/** What anything thrown says, in one line. */
export function briefly(error: unknown): string {
  if (!(error instanceof FerryError)) return messageOf(error);
  const { failed, where, seen } = error.problem;
  return `${failed} failed on ${where}: ${seen}`;
}
