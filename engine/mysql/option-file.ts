import type { ConnectionOptions, TlsOptions } from "./connection-options.js";

export interface OptionFileExtras {
  /** Unix socket on the host; then host, port and TLS are not used. */
  readonly socket?: string;
  /** Unix socket whose other end is the server's TCP port; then host and port are not used, and TLS as over TCP. */
  readonly tunnelSocket?: string;
  /** Where the certificate authority's PEM text lies on the host; needed when the connection has one. */
  readonly caPath?: string;
}

/**
 * MySQL option file with the login for the mysql client, mysqlbinlog and xtrabackup, for `--defaults-file`: then no other
 * file of the host is read. xtrabackup reads group [client] too, and unlike in [xtrabackup] it passes over what is no
 * option of its own there (`protocol`). A secret: write it with mode 0600.
 */
export function optionFile(options: ConnectionOptions, extras: OptionFileExtras = {}): string {
  return [
    "[client]",
    `user=${quoteOptionValue(options.user)}`,
    `password=${quoteOptionValue(options.password)}`,
    ...addressLines(options, extras),
    "",
  ].join("\n");
}

/** Quotes one value so that option files give it back unchanged, whatever it holds (`#`, quotes, backslashes, blanks). */
export function quoteOptionValue(value: string): string {
  if (value.includes("\0")) throw new Error("an option value cannot hold a NUL character");
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

function addressLines(options: ConnectionOptions, extras: OptionFileExtras): string[] {
  if (extras.socket !== undefined) return socketLines(extras.socket);
  const tcpLines = [`host=${quoteOptionValue(tcpHost(options))}`, `port=${options.port}`, "protocol=TCP"];
  return [
    ...(extras.tunnelSocket === undefined ? tcpLines : socketLines(extras.tunnelSocket)),
    ...tlsLines(options.tls ?? { mode: "required" }, extras.caPath),
  ];
}

/** To a program that knows no `protocol`, `localhost` is the default socket. A certificate may name it all the same. */
function tcpHost({ host, tls }: ConnectionOptions): string {
  return host.toLowerCase() === "localhost" && tls?.mode !== "verify-identity" ? "127.0.0.1" : host;
}

function socketLines(socket: string): string[] {
  return [`socket=${quoteOptionValue(socket)}`, "protocol=SOCKET"];
}

function tlsLines(tls: TlsOptions, caPath: string | undefined): string[] {
  const mode = `ssl-mode=${tls.mode.replaceAll("-", "_").toUpperCase()}`;
  // Without TLS, caching_sha2_password needs the server's public key.
  if (tls.mode === "disabled") return [mode, "loose-get-server-public-key"];
  return caPath === undefined ? [mode] : [mode, `ssl-ca=${quoteOptionValue(caPath)}`];
}
