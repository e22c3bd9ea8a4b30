import type { Duplex } from "node:stream";
import type { Address, TunnelVia } from "./options.js";
import { openPortForward } from "./port-forward.js";
import { openSshTunnel } from "./ssh-tunnel.js";

/**
 * Opens a stream of bytes to a TCP server. Nothing listens on this machine for it. Destroying the stream closes all that
 * was opened for it; a hop that is lost destroys it with a TunnelError. FerryErrors, and a TunnelError after
 * `timeoutSeconds`.
 */
export function openTunnel(via: TunnelVia, to: Address, timeoutSeconds: number): Promise<Duplex> {
  switch (via.kind) {
    case "ssh":
      return openSshTunnel(via, to, timeoutSeconds);
    case "port-forward":
      return openPortForward(via, to, timeoutSeconds);
  }
}
