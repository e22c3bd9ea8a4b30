import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RefusingS3 {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Stands in front of an S3 server and answers 403 to what `refuses` names; all else passes. */
export async function startRefusingS3(
  endpoint: string,
  refuses: (method: string, url: string, authorization: string) => boolean | Promise<boolean>,
): Promise<RefusingS3> {
  const server = createServer((incoming, answer) => {
    handle(incoming, answer).catch(() => answer.destroy());
  });
  const handle = async (incoming: IncomingMessage, answer: ServerResponse) => {
    const { method = "", url = "", headers } = incoming;
    if (await refuses(method, url, headers.authorization ?? "")) {
      incoming.resume();
      answer.writeHead(403, { "content-type": "application/xml", connection: "close" });
      answer.end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
      return;
    }
    const onward = request(endpoint + url, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.on("error", () => onward.destroy());
    incoming.pipe(onward);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
