import { FerryError, type Problem } from "../../operation/index.js";
import { findKnownKeys, fingerprintOf, keyTypeOf, knownHostsLine } from "./known-hosts.js";
import { nameOf, portOf, type SshLogin } from "./options.js";

/** Decides about the key that a host shows. */
export interface HostKeyCheck {
  /** Key types to ask the host for, best first; empty when any will do. */
  readonly wantedTypes: readonly string[];
  /** What is wrong with the key that the host has shown, undefined when it may be trusted. */
  judge(blob: Buffer): FerryError | undefined;
}

/** By the expected fingerprint where there is one, else by known_hosts. */
export function hostKeyCheck(login: SshLogin): HostKeyCheck {
  return login.hostKeyFingerprint === undefined
    ? byKnownHosts(login, login.knownHosts ?? "")
    : byFingerprint(login, login.hostKeyFingerprint);
}

function byFingerprint(login: SshLogin, expected: string): HostKeyCheck {
  return {
    wantedTypes: [],
    judge: (blob) => {
      if (fingerprintOf(blob) === expected.trim().replace(/=+$/, "")) return undefined;
      return refusal(login, {
        seen: `the host shows the ${describe(blob)}`,
        wanted: `the key ${expected}`,
        next: `if that is another key of this very host (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub there), set hostKeyFingerprint to it; ${SUSPICION}`,
      });
    },
  };
}

function byKnownHosts(login: SshLogin, knownHosts: string): HostKeyCheck {
  const { accepted, revoked } = findKnownKeys(knownHosts, login.host, portOf(login));
  return {
    wantedTypes: [...new Set(accepted.map((key) => key.type))],
    judge: (blob) => {
      const shown = describe(blob);
      if (revoked.some((key) => key.blob.equals(blob))) {
        return refusal(login, {
          seen: `the host shows the ${shown}, which known_hosts has revoked`,
          wanted: "a key that is not revoked",
          next: "give the host a new key, then put that into knownHosts",
        });
      }
      if (accepted.some((key) => key.blob.equals(blob))) return undefined;
      if (accepted.length === 0) return refusal(login, unknownHost(login, blob, shown));
      return refusal(login, {
        seen: `the host shows the ${shown}`,
        wanted: accepted.map((key) => `${key.type} key ${fingerprintOf(key.blob)}`).join(", or "),
        next: `if the host was given a new key, replace its line in knownHosts; ${SUSPICION}`,
      });
    },
  };
}

const SUSPICION = "else somebody may stand between this machine and the host";

function unknownHost(login: SshLogin, blob: Buffer, shown: string): Omit<Problem, "failed" | "where"> {
  return {
    seen: `the host shows the ${shown}, and no key of this host is known`,
    wanted: "the host's key in knownHosts, or hostKeyFingerprint",
    next:
      "compare with `ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub` on the host, then add this line to knownHosts: " +
      knownHostsLine(login.host, portOf(login), blob),
  };
}

function refusal(login: SshLogin, problem: Omit<Problem, "failed" | "where">): FerryError {
  return new FerryError({ failed: "checking the host key", where: nameOf(login), ...problem });
}

function describe(blob: Buffer): string {
  return `${keyTypeOf(blob) ?? "unknown"} key ${fingerprintOf(blob)}`;
}
