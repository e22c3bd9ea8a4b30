import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { switchover } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
import { openRoute, type RouteOptions, type TrafficRoute } from "@gtid-ferry/engine/traffic";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestHaproxy } from "../../../../lab/testing.js";
import { FollowingWriters, WRITTEN_TABLE } from "../../helpers/following-writers.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

let pair: SwitchoverPair;
let proxy: Awaited<ReturnType<typeof startTestHaproxy>>;
let route: TrafficRoute;

beforeAll(async () => {
  pair = await startSwitchoverPair("haproxy");
  proxy = await startTestHaproxy({ source: pair.source.port, target: pair.target.port });
  route = openRoute(proxy.route);
});
afterAll(async () => {
  await proxy.stop();
  await pair.stop();
});

async function throughProxy(): Promise<Connection> {
  const { user, password } = pair.source.options;
  const ssl = { rejectUnauthorized: false };
  const connection = await createConnection({ host: "127.0.0.1", port: proxy.port, user, password, ssl });
  connection.on("error", () => undefined);
  return connection;
}

async function portBehind(connection: Connection): Promise<unknown> {
  const [rows] = await connection.query("SELECT @@port AS port");
  return (rows as { port: number }[])[0]?.port;
}

describe("a route through HAProxy", () => {
  it("leads to the source at first", async () => {
    expect(await route.observe()).toBe("source");
    const connection = await throughProxy();
    expect(await portBehind(connection)).toBe(pair.source.port);
    await connection.end();
  });

  it("lets fifty new connections wait while it holds, and serves all of them by the new server", async () => {
    const old = await throughProxy();
    await route.arm?.(30);
    await route.hold();
    expect(await route.observe()).toBe("held");
    const waiting = Array.from({ length: 50 }, throughProxy);
    await route.cut("source");
    await expect(old.query("SELECT 1")).rejects.toThrow();
    await route.lead("target");
    const connections = await Promise.all(waiting);
    expect(await route.observe()).toBe("target");
    const ports = await Promise.all(connections.map(portBehind));
    expect(new Set(ports)).toEqual(new Set([pair.target.port]));
    await Promise.all(connections.map((connection) => connection.end()));
    await route.lead("source");
  });

  it("ends a hold by itself when the one who holds was killed with its whole process group", async () => {
    const program = join(__dirname, "../../helpers/hold-forever.ts");
    const driver = spawn(process.execPath, ["--import", "tsx", program, JSON.stringify(proxy.route), "1"], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(driver.stdout, "data");
    expect(await route.observe()).toBe("held");
    process.kill(-Number(driver.pid), "SIGKILL");
    await expect.poll(() => route.observe(), { timeout: 10_000 }).toBe("source");
  });

  it("never ends the hold of a later run", async () => {
    const dead = openRoute(proxy.route);
    await dead.arm?.(0.5);
    await dead.hold();
    await route.arm?.(30);
    await route.hold();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await route.observe()).toBe("held");
    await route.lead("source");
    expect(await route.observe()).toBe("source");
  });

  const wrong: [string, Partial<Extract<RouteOptions, { kind: "haproxy" }>>, string][] = [
    ["another frontend", { frontend: "nobody" }, "no nobody/FRONTEND; there is applications/FRONTEND"],
    ["another server", { servers: { source: "source", target: "other" } }, "no mysql/other"],
    ["no HAProxy at that path", { socket: "/nonexistent/admin.sock" }, "ENOENT"],
    ["no HAProxy at that address", { socket: "127.0.0.1:1" }, "ECONNREFUSED"],
  ];
  it.each(wrong)("names %s before anything is changed", async (_name, change, seen) => {
    const options = { ...proxy.route, ...change } as RouteOptions;
    await expect(openRoute(options).observe()).rejects.toThrow(seen);
  });

  it("moves writers with the primary role, there and back, without losing a write", async () => {
    await pair.source.rootQuery("CREATE SCHEMA app", WRITTEN_TABLE);
    await pair.source.rootQuery(
      "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'w'",
      "GRANT ALL ON app.* TO writer@'127.0.0.1'",
    );
    const login = { host: "127.0.0.1", port: proxy.port, user: "writer", password: "w" };
    const writers = await FollowingWriters.start([login], 8);
    for (const side of ["target", "source", "target"] as const) {
      const before = writers.acknowledged.length;
      const { report } = await switchover(pair.request(side), [route], silent);
      expect(report?.primary).toBe(side);
      await expect.poll(() => writers.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + 100);
      expect(await route.observe()).toBe(side);
    }
    await writers.stop();
    await expect
      .poll(
        async () => {
          const rows = await pair.source.rootQuery(writers.selectIds);
          return writers.audit(rows.map(({ id }) => Number(id)));
        },
        { timeout: 20_000 },
      )
      .toEqual({ lost: [], duplicated: [], phantom: [] });
  });
});
