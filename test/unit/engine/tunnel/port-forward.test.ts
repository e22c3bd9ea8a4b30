import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTunnel, TunnelError } from "../../../../engine/tunnel/index.js";
import {
  type FakeApiServer,
  forwardTo,
  greet,
  type PortForwardAnswer,
  refuse,
  startFakeApiServer,
} from "../../helpers/fake-api-server.js";

const TOKEN = "the-bearer-token";

/** Sends back what it gets. */
let echo: Server;
let echoPort: number;
let api: FakeApiServer;
let answer: PortForwardAnswer | undefined;

beforeEach(async () => {
  echo = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  echoPort = (echo.address() as AddressInfo).port;
  answer = forwardTo(echoPort);
  api = await startFakeApiServer(({ headers }) =>
    headers.authorization === `Bearer ${TOKEN}` ? answer : { status: 401, body: '{"message":"Unauthorized"}' },
  );
});
afterEach(async () => {
  await api.stop();
  echo.close();
});

function kubeconfig(server: string, token = TOKEN): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "lab",
    clusters: [{ name: "lab", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "admin" } }],
  });
}

const open = (
  given: { readonly kubeconfig?: string; readonly context?: string; readonly timeoutSeconds?: number } = {},
) =>
  openTunnel(
    {
      kind: "port-forward",
      kubeconfig: given.kubeconfig ?? kubeconfig(api.endpoint),
      namespace: "shop",
      pod: "mysql-0",
      ...(given.context === undefined ? {} : { context: given.context }),
    },
    { host: "mysql-0.mysql.shop.svc", port: 3306 },
    given.timeoutSeconds ?? 5,
  );

async function failureOf(work: Promise<unknown>): Promise<Error> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error(`no error: ${String(outcome)}`);
  return outcome;
}

async function errorOf(stream: Duplex): Promise<TunnelError> {
  const [error] = stream.errored === null ? await once(stream, "error") : [stream.errored];
  if (!(error instanceof TunnelError)) throw new Error(`no TunnelError: ${String(error)}`);
  return error;
}

describe("a port-forward", () => {
  it("asks for the port of the pod and carries bytes both ways", async () => {
    const stream = await open();
    stream.write("to the pod ");
    stream.write("and back");
    let received = "";
    for await (const chunk of stream) {
      received += String(chunk);
      if (received.length === 19) break;
    }
    expect(received).toBe("to the pod and back");
    expect(api.requested).toEqual(["/api/v1/namespaces/shop/pods/mysql-0/portforward?ports=3306"]);
  });

  it("holds the sender back while nobody reads, and loses nothing", async () => {
    const sent = Buffer.alloc(24 * 1024 * 1024, "0123456789abcdef");
    let isFlushed = false;
    answer = (socket) => {
      greet(socket, 3306);
      for (let from = 0; from < sent.length; from += 64 * 1024) {
        const chunk = sent.subarray(from, from + 64 * 1024);
        const isLast = from + chunk.length === sent.length;
        socket.send(Buffer.concat([Buffer.of(0), chunk]), () => {
          if (!isLast) return;
          isFlushed = true;
          socket.close(1000);
        });
      }
    };
    const stream = await open();
    await once(stream, "readable");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([isFlushed, stream.readableLength < 1024 * 1024]).toEqual([false, true]);
    const received = await buffer(stream);
    expect(received.equals(sent)).toBe(true);
  });

  it("ends where the server ends the connection, without an error", async () => {
    answer = (socket) => {
      greet(socket, 3306);
      socket.send(Buffer.concat([Buffer.of(0), Buffer.from("goodbye")]), () => socket.close(1000));
    };
    const stream = await open();
    expect(String(await buffer(stream))).toBe("goodbye");
    expect(stream.errored).toBeNull();
  });

  it("leaves nothing open once it is destroyed", async () => {
    const stream = await open();
    expect(api.openSockets()).toBe(1);
    stream.destroy();
    await expect.poll(api.openSockets).toBe(0);
    expect(stream.errored).toBeNull();
  });

  it("that is lost says so", async () => {
    answer = (socket) => {
      greet(socket, 3306);
      setTimeout(() => socket.terminate(), 50);
    };
    const { problem, code } = await errorOf(await open());
    expect([problem.where, problem.seen, code]).toEqual([
      "pod shop/mysql-0:3306",
      "the port-forward was closed (1006)",
      undefined,
    ]);
  });

  it("to a port that nobody listens on gives the kubelet's reason", async () => {
    answer = (socket) => {
      greet(socket, 3306);
      refuse(socket, "error forwarding port 3306 to pod mysql-0: connection refused");
    };
    const { problem, code } = await errorOf(await open());
    expect(code).toBe("ECONNREFUSED");
    expect(problem).toMatchObject({
      failed: "connecting to the port inside of the pod",
      where: "pod shop/mysql-0:3306",
      seen: "error forwarding port 3306 to pod mysql-0: connection refused",
    });
  });
});

it("tells a connection that breaks inside of the pod from one that is refused", async () => {
  answer = (socket) => {
    greet(socket, 3306);
    socket.send(Buffer.from("\0greeting"), () => refuse(socket, "read tcp4 127.0.0.1:3306: connection reset by peer"));
  };
  const stream = await open();
  stream.resume();
  const { problem, code } = await errorOf(stream);
  expect([problem.failed, problem.seen, code]).toEqual([
    "keeping the tunnel open",
    "read tcp4 127.0.0.1:3306: connection reset by peer",
    undefined,
  ]);
});

describe("a port-forward that is refused", () => {
  it.each([
    [
      403,
      '{"kind":"Status","message":"pods is forbidden"}',
      "pods is forbidden",
      /get and create of pods\/portforward/,
    ],
    [404, '{"kind":"Status","message":"pods \\"mysql-0\\" not found"}', 'pods "mysql-0" not found', /get pods$/],
    [
      400,
      "pod mysql-0 does not have a host assigned",
      "pod mysql-0 does not have a host assigned",
      /describe pod mysql-0$/,
    ],
    [500, "", "no reason given", /describe pod mysql-0$/],
  ])("with %i says why and what to do", async (status, body, reason, next) => {
    answer = { status, body };
    const error = await failureOf(open());
    expect((error as TunnelError).code).toBe(status === 404 ? "ECONNREFUSED" : undefined);
    expect((error as TunnelError).problem).toMatchObject({
      failed: "opening the port-forward",
      where: "pod shop/mysql-0:3306",
      seen: `the API server answers ${status}: ${reason}`,
      next: expect.stringMatching(next),
    });
  });

  it("because of the token does not show it", async () => {
    const error = await failureOf(open({ kubeconfig: kubeconfig(api.endpoint, "wrong-token") }));
    expect(error.message).toContain("the API server answers 401: Unauthorized");
    expect(error.message).not.toContain("wrong-token");
  });

  it("because no API server is there names it", async () => {
    await api.stop();
    const error = await failureOf(open());
    expect((error as TunnelError).problem).toMatchObject({
      failed: "asking the Kubernetes API server",
      where: api.endpoint,
      seen: expect.stringContaining("ECONNREFUSED"),
    });
    expect((error as TunnelError).code).toBeUndefined();
  });

  it("by silence ends in time", async () => {
    answer = undefined;
    const error = await failureOf(open({ timeoutSeconds: 0.3 }));
    expect((error as TunnelError).problem.seen).toBe("no answer for 0.3 s");
  });

  it.each([
    ["is no YAML", "{ token: the-bearer-token", /it cannot be read as a kubeconfig/],
    ["has no such context", kubeconfig("http://127.0.0.1:1"), /no context other, but lab/],
  ])("because the kubeconfig %s says so without quoting it", async (_, text, seen) => {
    const error = await failureOf(open({ kubeconfig: text, context: "other" }));
    expect(error.message).toMatch(seen);
    expect(error.message).not.toContain(TOKEN);
  });
});
