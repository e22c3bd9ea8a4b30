import { type Address, placeOf, type Via } from "../tunnel/index.js";

/** How TLS is used towards a server; the same words as MySQL's own `--ssl-mode`. */
export type TlsMode = "disabled" | "required" | "verify-ca" | "verify-identity";

export interface TlsOptions {
  readonly mode: TlsMode;
  /** PEM text of the certificate authority; needed by the two verifying modes. */
  readonly ca?: string;
}

/** Everything needed to reach a server as an administrator; holds a secret, so never log it. */
export interface ConnectionOptions {
  /** The server's own address, as the last hop of `via` sees it; also its name in TLS. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** @default { mode: "required" } */
  readonly tls?: TlsOptions;
  /** Until the server can be asked; covers the tunnel as well. @default 10 */
  readonly connectTimeoutSeconds?: number;
  /** @default { kind: "direct" } */
  readonly via?: Via;
}

/** How messages name a server: `host:port` and the way there, never a user or a password. */
export function addressOf(options: Address & { readonly via?: Via }): string {
  return placeOf(options, options.via);
}
