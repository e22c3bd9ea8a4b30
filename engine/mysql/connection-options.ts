/** How TLS is used towards a server; the same words as MySQL's own `--ssl-mode`. */
export type TlsMode = "disabled" | "required" | "verify-ca" | "verify-identity";

export interface TlsOptions {
  readonly mode: TlsMode;
  /** PEM text of the certificate authority; needed by the two verifying modes. */
  readonly ca?: string;
}

/** Everything needed to reach a server as an administrator; holds a secret, so never log it. */
export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** @default { mode: "required" } */
  readonly tls?: TlsOptions;
  /** @default 10 */
  readonly connectTimeoutSeconds?: number;
}

/** How messages and resource ids name a server: `host:port`, never a user or a password. */
export function addressOf(options: { readonly host: string; readonly port: number }): string {
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return `${host}:${options.port}`;
}
