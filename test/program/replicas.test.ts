import { join } from "node:path";
import { MysqlServer, readExecuted } from "@gtid-ferry/engine/mysql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { findFreePort } from "../../lab/process/index.js";
import { startTestStack, stopServerIn, type TestStack } from "../../lab/test-stack.js";
import { FollowingWriters, WRITTEN_TABLE } from "../server/helpers/following-writers.js";
import { runPipe } from "./helpers/run-pipe.js";

const NAMES = ["b", "c"] as const;
const THINK_MILLISECONDS = 10;

let stack: TestStack;
let ports: Readonly<Record<"target" | "b" | "c", number>>;
let writers: FollowingWriters;

const directoryOf = (name: string) => join(stack.directory, name);

beforeAll(async () => {
  stack = await startTestStack("replicas");
  await stack.source.rootQuery(
    "CREATE SCHEMA app",
    WRITTEN_TABLE,
    "CREATE USER writer@'%' IDENTIFIED BY 'writer'",
    "GRANT INSERT ON app.* TO writer@'%'",
  );
  ports = { target: stack.targetPort, b: await findFreePort(), c: await findFreePort() };
});
afterAll(async () => {
  await writers?.stop();
  for (const name of NAMES) await stopServerIn(directoryOf(name));
  await stack?.stop();
});

/** `sources` says of whom each of the two replicates. */
async function declare(sources: Readonly<Record<"b" | "c", string>>): Promise<void> {
  const replicas = NAMES.map((name, index) => ({
    name,
    replicatesFrom: sources[name],
    port: ports[name],
    serverId: 7001 + index,
    directory: directoryOf(name),
  }));
  await stack.configure("replicas", JSON.stringify(replicas));
}

async function upTo(phase: string): Promise<string> {
  await stack.configure("phase", phase);
  return stack.up();
}

const connect = <T>(port: number, work: (server: MysqlServer) => Promise<T>) =>
  MysqlServer.with({ ...stack.source.options, port }, String(port), work);

/** Ports of whom they follow, and whether they refuse writes. */
const followed = z.object({ port: z.number(), superReadOnly: z.number() });
const stateOf = (name: "b" | "c") =>
  connect(ports[name], (server) =>
    server.queryOne(
      "SELECT PORT AS port, @@super_read_only AS superReadOnly FROM performance_schema.replication_connection_configuration",
      [],
      followed,
    ),
  );

async function outputs(): Promise<Record<string, unknown>> {
  return JSON.parse((await stack.pulumi("stack", "output", "--json")).output);
}

/** What a user types. */
const status = () =>
  runPipe(stack, "pulumi stack output topology --show-secrets --json | npm run -s ferry -- status --topology -");

async function startWriters(...on: readonly number[]): Promise<void> {
  const login = { host: "127.0.0.1", user: "writer", password: "writer" };
  writers = await FollowingWriters.start(
    on.map((port) => ({ ...login, port })),
    2,
    THINK_MILLISECONDS,
  );
}

/** That every acknowledged write is there once, on each of these servers. */
async function expectAllOn(...on: readonly number[]): Promise<void> {
  await writers.stop();
  expect(writers.acknowledged.length).toBeGreaterThan(0);
  const executed = await connect(on[0] ?? 0, readExecuted);
  const row = z.object({ id: z.coerce.number() });
  for (const port of on) {
    const rows = await connect(port, async (server) => {
      await server.execute(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${executed}', 60)`);
      return server.query(writers.selectIds, [], row);
    });
    expect(writers.audit(rows.map(({ id }) => id))).toEqual({ lost: [], duplicated: [], phantom: [] });
  }
}

let uuids: unknown;

// One stack's life in order: each test starts where the one before ended.
describe("a stack with more replicas than its target", () => {
  it("restores each from the one backup, and makes the declared chain of them", async () => {
    await declare({ b: "target", c: "b" });
    await startWriters(stack.source.port);
    await upTo("replicate");
    const { replicas, replicationTree } = await outputs();
    uuids = replicas;
    expect(replicationTree).toEqual({ source: null, target: "source", b: "target", c: "b" });
    expect([await stateOf("b"), await stateOf("c")]).toEqual([
      { port: ports.target, superReadOnly: 1 },
      { port: ports.b, superReadOnly: 1 },
    ]);
  });

  it("turns the chain round in one run, with no rebuild and nothing lost", async () => {
    await declare({ b: "c", c: "target" });
    const output = await stack.up();
    expect(output).not.toContain("restore of backup");
    expect(await outputs()).toMatchObject({
      replicas: uuids,
      replicationTree: { source: null, target: "source", b: "c", c: "target" },
    });
    await expectAllOn(stack.source.port, ports.target, ports.b, ports.c);
    expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  });

  it("keeps the tree below the target through the cutover, and shows it", async () => {
    await startWriters(stack.source.port, ports.target);
    await upTo("cutover");
    await expectAllOn(ports.target, stack.source.port, ports.b, ports.c);
    const { exitCode, stdout } = await status();
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/target.*primary/);
  });

  it("lets the replicas follow the new database for good, with an account of their own", async () => {
    await upTo("finalize");
    expect(await outputs()).toMatchObject({ replicas: uuids, replicationTree: { target: null, b: "c", c: "target" } });
    await startWriters(ports.target);
    for (const name of NAMES) {
      await connect(ports[name], async (server) => {
        await server.execute("STOP REPLICA FOR CHANNEL 'gtid_ferry'");
        await server.execute("START REPLICA FOR CHANNEL 'gtid_ferry'");
      });
    }
    await expectAllOn(ports.target, ports.b, ports.c);
  });

  it("leaves all of them running when destroyed", async () => {
    const { exitCode, output } = await stack.pulumi("destroy", "--yes");
    expect(exitCode, output).toBe(0);
    await startWriters(ports.target);
    await expectAllOn(ports.target, ports.b, ports.c);
  });
});
