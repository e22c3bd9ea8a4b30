import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** How the fake answers a request for a port-forward: with a status, or by what it does with the websocket. */
export type PortForwardAnswer =
  | { readonly status: number; readonly body: string }
  | ((socket: WebSocket, request: IncomingMessage) => void);

export interface FakeApiServer {
  readonly endpoint: string;
  /** Paths with query of all requests so far. */
  readonly requested: string[];
  /** Websockets that are open now. */
  openSockets(): number;
  stop(): Promise<void>;
}

/** A fake of the Kubernetes API server: as much of it as a port-forward by the protocol v4.channel.k8s.io uses. */
export async function startFakeApiServer(
  answer: (request: IncomingMessage) => PortForwardAnswer | undefined,
): Promise<FakeApiServer> {
  const requested: string[] = [];
  const connections = new Set<Socket>();
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has("v4.channel.k8s.io") ? "v4.channel.k8s.io" : false),
  });
  const server = createServer();
  server.on("connection", (connection: Socket) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    requested.push(request.url ?? "");
    const given = answer(request);
    if (given === undefined) return;
    if (typeof given === "function") {
      sockets.handleUpgrade(request, socket, head, (opened) => given(opened, request));
    } else {
      const head = `HTTP/1.1 ${given.status} Refused\r\nContent-Length: ${Buffer.byteLength(given.body)}\r\n`;
      socket.end(`${head}Connection: close\r\n\r\n${given.body}`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requested,
    openSockets: () => sockets.clients.size,
    stop: () =>
      new Promise((resolve) => {
        for (const connection of connections) connection.destroy();
        server.close(() => resolve());
      }),
  };
}

const DATA_CHANNEL = 0;
const ERROR_CHANNEL = 1;

/** Begins both channels with the port, as the kubelet does. */
export function greet(socket: WebSocket, port: number): void {
  for (const channel of [DATA_CHANNEL, ERROR_CHANNEL]) {
    const greeting = Buffer.alloc(3);
    greeting.writeUInt8(channel);
    greeting.writeUInt16LE(port, 1);
    socket.send(greeting, () => undefined);
  }
}

export function refuse(socket: WebSocket, reason: string): void {
  socket.send(Buffer.concat([Buffer.of(ERROR_CHANNEL), Buffer.from(reason)]), () => socket.close(1000));
}

/** Forwards to a TCP port of this machine. */
export function forwardTo(port: number): (socket: WebSocket, request: IncomingMessage) => void {
  return (socket) => {
    greet(socket, port);
    const upstream = connect(port, "127.0.0.1");
    upstream.on("data", (chunk) => {
      upstream.pause();
      socket.send(Buffer.concat([Buffer.of(DATA_CHANNEL), chunk]), () => upstream.resume());
    });
    upstream.on("error", () => undefined);
    upstream.once("close", () => socket.close(1000));
    socket.on("message", (message: Buffer) => {
      if (message[0] === DATA_CHANNEL) upstream.write(message.subarray(1));
    });
    socket.once("close", () => upstream.destroy());
  };
}
