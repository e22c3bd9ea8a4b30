import { FerryError, messageOf, type Problem } from "../../operation/index.js";
import { ConnectionLostError } from "../connection-lost.js";
import { DEFAULT_CONNECT_TIMEOUT_SECONDS, nameOf, type SshLogin } from "./options.js";

type Advice = Omit<Problem, "failed" | "where">;

/** One message for a login that failed, by ssh2's `level` and Node's `code`. `via` names the bastion, if there is one. */
export function loginError(login: SshLogin, error: unknown, via?: string): FerryError {
  const level = propertyOf(error, "level");
  const where = via === undefined ? nameOf(login) : `${nameOf(login)} through ${via}`;
  const problem = { failed: "connecting", where, ...adviceOf(login, error, level) };
  // Keys do not become right by trying again.
  return level === "client-authentication" || level === "agent"
    ? new FerryError(problem, { cause: error })
    : new ConnectionLostError(problem, { cause: error });
}

function adviceOf(login: SshLogin, error: unknown, level: string | undefined): Advice {
  const code = propertyOf(error, "code");
  switch (level) {
    case "client-authentication":
      return {
        seen: `the host refuses ${login.privateKey === undefined ? "every key of the agent" : "the private key"} for ${login.user}`,
        wanted: "a login by public key",
        next: `put the public key into ~${login.user}/.ssh/authorized_keys on the host, or give the right user and key`,
      };
    case "agent":
      return {
        seen: `the ssh-agent does not answer: ${messageOf(error)}`,
        wanted: "an ssh-agent with the user's key",
        next: "check agentSocket (SSH_AUTH_SOCK) and that ssh-add -l lists the key",
      };
    case "client-timeout":
      return {
        seen: `no login within ${login.connectTimeoutSeconds ?? DEFAULT_CONNECT_TIMEOUT_SECONDS} s`,
        ...REACHABLE,
      };
    default:
      return { seen: code === undefined ? messageOf(error) : withCode(code, messageOf(error)), ...REACHABLE };
  }
}

const REACHABLE = {
  wanted: "an SSH server that answers there",
  next: "check host and port, that sshd runs, and routes and security groups for this port",
};

function withCode(code: string, text: string): string {
  return text.includes(code) ? text : `${code}: ${text}`;
}

function propertyOf(error: unknown, name: "level" | "code"): string | undefined {
  if (!(error instanceof Error) || !(name in error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}
