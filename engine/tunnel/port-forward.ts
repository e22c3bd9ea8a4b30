import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { openKubeconfig } from "../kubernetes/index.js";
import { type Address, type PortForwardVia, placeOf } from "./options.js";
import { refusedUpgrade, unreachableApi } from "./port-forward-error.js";
import { PortForwardStream } from "./port-forward-stream.js";

/** Names the framing: the first byte of a message is its channel. */
const PROTOCOL = "v4.channel.k8s.io";
const ANSWER_LIMIT_BYTES = 64 * 1024;

/** Asks the API server for a connection to a port of a pod. That the port refuses is known only later, by the stream. */
export async function openPortForward(via: PortForwardVia, to: Address, timeoutSeconds: number): Promise<Duplex> {
  const config = await openKubeconfig(via);
  const server = config.getCurrentCluster()?.server ?? "";
  const login: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(login);
    const { WebSocket: Socket } = await import("ws");
    const socket = new Socket(urlOf(server, via, to.port), [PROTOCOL], { ...login, perMessageDeflate: false });
    return await established(socket, via, to, timeoutSeconds);
  } catch (error) {
    throw unreachableApi(server, error);
  }
}

function urlOf(server: string, { namespace, pod }: PortForwardVia, port: number): string {
  const path = `api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  return `${server.replace(/^http/, "ws").replace(/\/$/, "")}/${path}?ports=${port}`;
}

async function established(
  socket: WebSocket,
  via: PortForwardVia,
  to: Address,
  timeoutSeconds: number,
): Promise<Duplex> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer for ${timeoutSeconds} s`)), timeoutSeconds * 1000);
      socket.on("error", reject);
      // Messages may follow at once, so the stream must not wait for this promise.
      socket.once("open", () => resolve(new PortForwardStream(socket, placeOf(to, via), to.host)));
      socket.once("unexpected-response", (_request, response: IncomingMessage) => {
        bodyOf(response).then((body) => reject(refusedUpgrade(via, to.port, response.statusCode ?? 0, body)), reject);
      });
    });
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of response) {
    body += String(chunk);
    if (body.length > ANSWER_LIMIT_BYTES) break;
  }
  return body;
}
