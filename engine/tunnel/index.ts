export { openTunnel } from "./open-tunnel.js";
export { type Address, type PortForwardVia, placeOf, type SshVia, type TunnelVia, type Via } from "./options.js";
export { type SocketServer, serveOnSocket } from "./serve-on-socket.js";
export { TunnelError } from "./tunnel-error.js";
export { viaSchema } from "./via-schema.js";
