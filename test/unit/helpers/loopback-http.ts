import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export interface LoopbackHttp {
  readonly endpoint: string;
  stop(): void;
}

/** An HTTP server that a test plays; where `answer` gives nothing the client waits. */
export async function startLoopbackHttp(
  answer: (request: IncomingMessage, body: string) => Answer | undefined,
): Promise<LoopbackHttp> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const given = answer(request, body);
      if (given !== undefined) response.writeHead(given.status, { "content-type": given.type }).end(given.text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
