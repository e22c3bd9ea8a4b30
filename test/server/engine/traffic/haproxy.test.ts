import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "@gtid-ferry/engine/operation";
import { switchover } from "@gtid-ferry/engine/switchover";
import { openRoute, type TrafficRoute } from "@gtid-ferry/engine/traffic";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokenFileOf } from "../../../../engine/traffic/haproxy/hold-guard.js";
import { RuntimeApi } from "../../../../engine/traffic/haproxy/runtime-api.js";
import { findRow, parseStatistics } from "../../../../engine/traffic/haproxy/statistics.js";
import { makeTestDirectory, removeTestDirectory, startTestHaproxy } from "../../../../lab/testing.js";
import { FollowingWriters, WRITTEN_TABLE } from "../../helpers/following-writers.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

/** A replica falls behind writers that never rest where disks are slow, and then no switchover begins. */
const THINK_MILLISECONDS = 5;

let pair: SwitchoverPair;
let proxy: Awaited<ReturnType<typeof startTestHaproxy>>;
let route: TrafficRoute;
let administrator: RuntimeApi;

beforeAll(async () => {
  pair = await startSwitchoverPair("haproxy");
  proxy = await startTestHaproxy({ source: pair.source.port, target: pair.target.port });
  route = openRoute(proxy.route, silent);
  administrator = new RuntimeApi("HAProxy", proxy.route.socket, 2);
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

async function limit(): Promise<number> {
  const rows = parseStatistics(await administrator.run("show stat"));
  return Number(findRow(rows, "applications", "FRONTEND")?.slim);
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
    const dead = openRoute(proxy.route, silent);
    await dead.arm?.(0.5);
    await dead.hold();
    await route.arm?.(30);
    await route.hold();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await route.observe()).toBe("held");
    await route.lead("source");
    expect(await route.observe()).toBe("source");
  });

  it("leaves a hold alone that others begin after it has led, and no file behind", async () => {
    const tokenFile = tokenFileOf(proxy.route.socket, "applications");
    await route.arm?.(0.5);
    expect(existsSync(tokenFile)).toBe(true);
    await route.hold();
    await route.lead("source");
    await administrator.change("set maxconn frontend applications 0");
    await sleep(1500);
    expect(await route.observe()).toBe("held");
    await route.lead("source");
    await route.close();
    expect(existsSync(tokenFile)).toBe(false);
  });

  it("leaves a limit alone that others have set since the hold", async () => {
    const before = await limit();
    const dead = openRoute(proxy.route, silent);
    await dead.arm?.(0.5);
    await dead.hold();
    await administrator.change("set maxconn frontend applications 123");
    await sleep(1500);
    expect(await limit()).toBe(123);
    await administrator.change(`set maxconn frontend applications ${before}`);
  });

  it("gives the frontend the limit of the configuration where a hold hides its own", async () => {
    const before = await limit();
    await administrator.change("set maxconn frontend applications 0");
    await openRoute({ ...proxy.route, maximumConnections: 321 }, silent).lead("source");
    expect(await limit()).toBe(321);
    await administrator.change("set maxconn frontend applications 0");
    await openRoute(proxy.route, silent).lead("source");
    expect(await limit()).toBe(before);
  });

  it("does not hold when the guard has ended that would end the hold", async () => {
    const late = openRoute(proxy.route, silent);
    await late.arm?.(0.1);
    await expect.poll(() => late.hold().then(String, String), { timeout: 10_000 }).toContain("the guard");
    await late.lead("source");
  });

  it("asks again for the end of a hold when HAProxy does not answer at the deadline", async () => {
    const directory = await makeTestDirectory("fake");
    const asked: string[] = [];
    let silences = 2;
    const fake = createServer((socket) =>
      socket.once("data", (data) => {
        asked.push(data.toString().trim());
        if (asked.length > 1 && silences-- > 0) socket.destroy();
        else if (asked.at(-1)?.startsWith("set")) socket.end("\n");
        else socket.end(`admin\n\n${table(asked.length === 1 ? 9 : 0)}`);
      }),
    );
    const table = (slim: number) =>
      `# pxname,svname,slim,status,bck,type\nfe,FRONTEND,${slim},OPEN,,0\nbe,s1,,UP,0,2\nbe,s2,,MAINT,0,2\n\n`;
    const socket = join(directory, "admin.sock");
    await once(fake.listen(socket), "listening");
    const servers = { source: "s1", target: "s2" };
    await openRoute({ ...proxy.route, socket, frontend: "fe", backend: "be", servers }, silent).arm?.(0.1);
    await expect.poll(() => asked.at(-1), { timeout: 20_000 }).toBe("set maxconn frontend fe 9");
    expect(asked.slice(1)).toEqual(["show stat", "show stat", "show stat", "set maxconn frontend fe 9"]);
    fake.close();
    await removeTestDirectory(directory);
  });

  it("ends connections that came to the old server since the cut, where nobody held them", async () => {
    const stray = await throughProxy();
    await route.lead("target");
    await expect(stray.query("SELECT 1")).rejects.toThrow();
    await route.lead("source");
  });

  const wrong: [string, Partial<typeof proxy.route>, string][] = [
    ["another frontend", { frontend: "nobody" }, "no nobody/FRONTEND; there is applications/FRONTEND"],
    ["another server", { servers: { source: "source", target: "other" } }, "no mysql/other"],
    ["no HAProxy at that path", { socket: "/nonexistent/admin.sock" }, "ENOENT"],
    ["no HAProxy at that address", { socket: "127.0.0.1:1" }, "ECONNREFUSED"],
  ];
  it.each(wrong)("names %s before anything is changed", async (_name, change, seen) => {
    await expect(openRoute({ ...proxy.route, ...change }, silent).observe()).rejects.toThrow(seen);
  });

  it("moves writers with the primary role, there and back, without losing a write", async () => {
    await pair.source.rootQuery("CREATE SCHEMA app", WRITTEN_TABLE);
    await pair.source.rootQuery(
      "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'w'",
      "GRANT ALL ON app.* TO writer@'127.0.0.1'",
    );
    const login = { host: "127.0.0.1", port: proxy.port, user: "writer", password: "w" };
    const writers = await FollowingWriters.start([login], 8, THINK_MILLISECONDS);
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

  it("is led again by the next run when HAProxy has restarted and forgotten the move", async () => {
    await proxy.kill();
    await proxy.restart();
    expect(await route.observe()).toBe("source");
    // The old primary is fenced: what comes to it until then is refused, not lost.
    const connection = await throughProxy();
    await expect(connection.query("INSERT INTO app.written (id, writer) VALUES (1, 1)")).rejects.toThrow("read-only");
    await switchover(pair.request("target"), [route], silent);
    expect(await route.observe()).toBe("target");
    await expect(connection.query("SELECT 1")).rejects.toThrow();
  });
});
