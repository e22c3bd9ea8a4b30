import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressOf, type ConnectionOptions, type OptionFileExtras, optionFile } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { openTunnel, serveOnSocket, type TunnelVia } from "../tunnel/index.js";

/** How mysqlbinlog logs in; all of it is gone after `close`. */
export interface MysqlbinlogLogin {
  readonly directory: string;
  /** For `--defaults-file`; of mode 0600. */
  readonly optionFile: string;
  /** What went wrong on the way to the server, where that is not mysqlbinlog's own affair. */
  tunnelError(): Error | undefined;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_SECONDS = 10;

/** Writes the login into a private folder and opens the way to the server there. */
export async function makeLogin(connection: ConnectionOptions): Promise<MysqlbinlogLogin> {
  const { via = { kind: "direct" } } = connection;
  if (via.kind !== "direct") assertTunnelTls(connection);
  const directory = await mkdtemp(join(tmpdir(), "gtid-ferry-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const tunnel = via.kind === "direct" ? undefined : await serveTunnel(connection, via, directory);
    const extras = { ...(await writeAuthority(connection, directory)), ...tunnel?.extras };
    const path = join(directory, "login.cnf");
    await writeFile(path, optionFile(connection, extras), { mode: 0o600 });
    const close = async () => {
      tunnel?.server.close();
      await remove();
    };
    return { directory, optionFile: path, tunnelError: () => tunnel?.server.error, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeAuthority({ tls }: ConnectionOptions, directory: string): Promise<OptionFileExtras> {
  if (tls?.ca === undefined) return {};
  const caPath = join(directory, "ca.pem");
  await writeFile(caPath, tls.ca, { mode: 0o600 });
  return { caPath };
}

async function serveTunnel(connection: ConnectionOptions, via: TunnelVia, directory: string) {
  const tunnelSocket = join(directory, "tunnel.sock");
  const timeoutSeconds = connection.connectTimeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const server = await serveOnSocket(tunnelSocket, () => openTunnel(via, connection, timeoutSeconds));
  return { server, extras: { tunnelSocket } };
}

/** For a client program a Unix socket has no name to verify, and is safe enough for a password in clear text. */
function assertTunnelTls(connection: ConnectionOptions): void {
  const mode = connection.tls?.mode ?? "required";
  if (mode === "required" || mode === "verify-ca") return;
  throw new FerryError({
    failed: "reading a binary log with mysqlbinlog",
    where: addressOf(connection),
    seen: `TLS mode ${mode}, which MySQL's client programs cannot keep through a tunnel`,
    wanted: "TLS mode required or verify-ca for a server behind a tunnel",
    next: "set the connection's TLS mode to verify-ca, with the server's ca.pem, or reach the server directly",
  });
}
