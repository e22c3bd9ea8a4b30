import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRoute, routeOptions, type TrafficRoute } from "../../../../engine/traffic/index.js";

const OPTIONS = {
  kind: "haproxy",
  socket: "/run/haproxy.sock",
  frontend: "fe",
  backend: "be",
  servers: { source: "s1", target: "s2" },
};
const TABLE = "# pxname,svname,slim,status,bck,type\nfe,FRONTEND,9,OPEN,,0\nbe,s1,,UP,0,2\nbe,s2,,MAINT,0,2\n\n";

describe("options of a route through HAProxy", () => {
  it("know where the runtime API is from any directory", () => {
    expect(routeOptions.parse({ ...OPTIONS, socket: "run/admin.sock" })).toMatchObject({
      socket: resolve("run/admin.sock"),
      timeoutSeconds: 2,
    });
    expect(routeOptions.parse({ ...OPTIONS, socket: "proxy:9999" })).toMatchObject({ socket: "proxy:9999" });
  });

  it.each([
    ["a name with another command in it", { frontend: "fe; disable server be/s1" }],
    ["a name with another line in it", { backend: "be\n" }],
    ["the same server twice", { servers: { source: "s1", target: "s1" } }],
    ["no time", { timeoutSeconds: 0 }],
    ["no connections", { maximumConnections: 0 }],
    ["an option that does not exist", { front: "fe" }],
  ])("refuse %s", (_name, change) => {
    expect(routeOptions.safeParse({ ...OPTIONS, ...change }).success).toBe(false);
  });
});

describe("a route through HAProxy", () => {
  let directory: string;
  let server: Server;
  let answer: (commands: string, socket: Socket) => void;
  let route: TrafficRoute;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "gtid-ferry-haproxy-"));
    server = createServer((socket) => socket.once("data", (data) => answer(data.toString().trim(), socket)));
    const socket = join(directory, "admin.sock");
    await once(server.listen(socket), "listening");
    route = openRoute(routeOptions.parse({ ...OPTIONS, socket, timeoutSeconds: 0.2 }), silent);
  });
  afterEach(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  it("needs the level of an administrator before anything is changed", async () => {
    answer = (_commands, socket) => socket.end(`operator\n\n${TABLE}`);
    await expect(route.observe()).rejects.toThrow(/answers "operator".*\n.*level admin/);
    answer = (_commands, socket) => socket.end(`admin\n\n${TABLE}`);
    expect(await route.observe()).toBe("source");
  });

  it.each<[string, typeof answer, RegExp]>([
    ["never answers", () => undefined, /no answer for 0\.2 s/],
    ["answers half", (_commands, socket) => socket.write("admin\n"), /no answer for 0\.2 s/],
    ["hangs up", (_commands, socket) => socket.destroy(), /without a whole answer/],
    ["dies in the middle", (_commands, socket) => socket.end("admin\n\n# pxname,sv"), /without a whole answer/],
  ])("gives up on one that %s", async (_name, behaviour, seen) => {
    answer = behaviour;
    await expect(route.observe()).rejects.toThrow(seen);
  });

  it("takes no answer for no success", async () => {
    answer = (_commands, socket) => socket.end();
    await expect(route.cut("source")).rejects.toThrow(/without a whole answer/);
  });

  it("takes a complaint for a failure", async () => {
    answer = (_commands, socket) => socket.end("No such server.\n\n");
    await expect(route.cut("source")).rejects.toThrow(/server be\/s1 failed on .*\n.*No such server\./);
  });

  it("shows the complaints of a move that did not happen", async () => {
    answer = (commands, socket) =>
      socket.end(commands.startsWith("show cli level") ? `admin\n\n${TABLE}` : `\nPermission denied\n\n${TABLE}`);
    await expect(route.lead("target")).rejects.toThrow(/it leads to source: Permission denied/);
  });
});
