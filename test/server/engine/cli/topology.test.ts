import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTree, type TestTree } from "../../helpers/tree.js";
import { type Ended, runFerryWith } from "./run-ferry.js";

let tree: TestTree<"a" | "b" | "c">;
let topology: string;
let file: string;
beforeAll(async () => {
  tree = await startTree("cli-topology", ["a", "b", "c"]);
  topology = JSON.stringify({ ...tree.request, tree: { a: null, b: "a", c: "b" }, routes: [] });
  file = join(tree.servers.a.directory, "topology.json");
  await writeFile(file, topology, { mode: 0o600 });
});
afterAll(() => tree?.stop());

const ferry = (...argv: string[]): Promise<Ended> => runFerryWith([...argv, "--topology", file], {});

// One tree's life in order: each test starts where the one before ended.
describe("ferry topology and ferry status", () => {
  it("print the plan to the stack's tree, without a secret", async () => {
    const { code, stdout } = await ferry("topology");
    expect(code).toBe(1);
    expect(stdout).toContain("plan to a > b > c:\n");
    expect(stdout).toContain(
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${tree.servers.a.port}`,
    );
    expect(stdout).not.toContain(tree.request.members.a?.address.password);
  });

  it("make it so", async () => {
    const { code, stdout } = await ferry("topology", "--apply");
    expect(stdout).toMatch(/^a > b > c: b, c moved, [\d.]+ s\n$/);
    expect(code).toBe(0);
    expect(await ferry("status")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("OK: topology healthy: a > b > c"),
    });
  });

  it("say as an object how all is, without a secret", async () => {
    const { stdout } = await ferry("status", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ primary: "a", tree: { a: null, b: "a", c: "b" }, problems: [] });
    expect(stdout).not.toContain(tree.request.members.a?.address.password);
    expect(stdout).not.toContain(tree.servers.a.options.password);
  });

  it("make another one, from standard input, which is not what the stack wants", async () => {
    const argv = ["topology", "--topology", "-", "--to", "a>c>b", "--apply", "--json"];
    const made = await runFerryWith(argv, {}, topology);
    expect(JSON.parse(made.stdout)).toMatchObject({ moved: ["c", "b"], tree: { a: null, c: "a", b: "c" } });
    expect(made.code).toBe(0);
    const { code, stdout } = await ferry("status");
    expect(stdout).toMatch(/a +127.*primary +writable\n└─ c .*\n {3}└─ b .*super read-only, receives and applies/);
    expect(stdout).toContain("DEGRADED: wanted a > b > c");
    expect(code).toBe(1);
  });

  it("refuse to move the primary", async () => {
    const { code, stdout } = await ferry("topology", "--to", "b>a", "--apply");
    expect(stdout).toContain("a is the primary, and the desired topology begins with b");
    expect(code).toBe(1);
  });

  it("name a server that is down", async () => {
    await tree.servers.c.kill();
    const { code, stdout } = await ferry("status");
    expect(stdout).toMatch(/c 127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/);
    expect(code).toBe(1);
  });

  it("go on without a server that is lost", async () => {
    const refused = await ferry("topology", "--apply");
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining("--without c") });
    const { code, stdout } = await ferry("topology", "--without", "c", "--apply");
    expect(stdout).toMatch(/^a > b: /);
    expect(code).toBe(0);
    const switched = await ferry("switchover", "--to", "b", "--without", "c");
    expect(switched).toMatchObject({ code: 0, stdout: expect.stringMatching(/^b is the primary/) });
    expect(await ferry("topology", "--without", "z")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no server z to be left out"),
    });
  });
});
