/** How to log in to a machine by SSH; plain data, holds secrets, so never log it. */
export interface SshLogin {
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  readonly user: string;
  /** Text of a private key in OpenSSH or PEM format. */
  readonly privateKey?: string;
  readonly passphrase?: string;
  /** Socket of an ssh-agent. @default SSH_AUTH_SOCK of this process, where no private key is given */
  readonly agentSocket?: string;
  /** Text of a known_hosts file; hashed hosts and `[host]:port` are understood. */
  readonly knownHosts?: string;
  /** `SHA256:...` of the only host key to be accepted, instead of `knownHosts`. */
  readonly hostKeyFingerprint?: string;
  /** From the first packet to the accepted login. @default 20 */
  readonly connectTimeoutSeconds?: number;
}

export interface SshOptions extends SshLogin {
  /** The machine through which the host is reached; it opens a TCP connection to `host` and `port`. */
  readonly bastion?: SshLogin;
}

export const DEFAULT_CONNECT_TIMEOUT_SECONDS = 20;

export function portOf(login: SshLogin): number {
  return login.port ?? 22;
}

/** For messages, e.g. `ssh mysql@10.0.0.5:22`; never holds a secret. */
export function nameOf(login: SshLogin): string {
  const host = login.host.includes(":") ? `[${login.host}]` : login.host;
  return `ssh ${login.user}@${host}:${portOf(login)}`;
}
