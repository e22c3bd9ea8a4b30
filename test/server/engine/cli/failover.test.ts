import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { DEFAULT_FOLLOW_LIMITS, ensureTree } from "@gtid-ferry/engine/replica-tree";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTree, type TestTree } from "../../helpers/tree.js";
import { type Ended, runFerryWith } from "./run-ferry.js";

const TREE = { a: null, b: "a", c: "a" } as const;

let tree: TestTree<"a" | "b" | "c">;
let directory: string;
let file: string;
beforeAll(async () => {
  tree = await startTree("cli-failover", ["a", "b", "c"]);
  await ensureTree({ ...tree.request, tree: TREE, limits: DEFAULT_FOLLOW_LIMITS }, silent);
  directory = tree.servers.b.directory;
  file = join(directory, "topology.json");
  const program = join(directory, "switch.sh");
  await writeFile(
    program,
    `cd "${directory}"\ncase $GTID_FERRY_ACTION in observe) cat state ;; lead) echo "$GTID_FERRY_SIDE" >state ;; esac\n`,
  );
  await writeFile(join(directory, "state"), "a\n");
  const route = { kind: "command", name: "switch", argv: ["bash", program], members: ["a", "b", "c"] };
  await writeFile(file, JSON.stringify({ ...tree.request, tree: TREE, routes: [route] }), { mode: 0o600 });
});
afterAll(() => tree?.stop());

const ferry = (...argv: string[]): Promise<Ended> =>
  runFerryWith(["failover", "--topology", file, "--confirm-seconds", "1", ...argv], {});

// One tree's life in order: each test starts where the one before ended.
describe("ferry failover and ferry watch", () => {
  it("refuse while the primary lives", async () => {
    const { code, stdout } = await ferry("--confirm", "a");
    expect(stdout).toBe("a is the primary and lives: it answers and accepts writes\nnothing was changed\n");
    expect(code).toBe(1);
  });

  it("watch, and end in order", async () => {
    const record = join(directory, "watch.jsonl");
    const main = resolve(__dirname, "../../../../engine/cli/main.ts");
    const argv = ["watch", "--topology", file, "--failover", "--interval", "1", "--record", record];
    const child = spawn(process.execPath, ["--import", "tsx", main, ...argv]);
    let said = "";
    child.stdout.on("data", (data) => {
      said += String(data);
    });
    await expect.poll(() => said, { timeout: 20_000 }).toContain("it comes back fenced if it dies");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(said).toMatch(/^\S+ a: the primary, writable\n\S+ b: follows a: receiver ON, applier ON, fenced\n/);
    expect(said).toContain("nobody watches it any more");
    expect((await stat(record)).mode & 0o777).toBe(0o600);
    expect(await readFile(record, "utf8")).toMatch(/"kind":"armed","primary":"a"}\n.*"kind":"watch ends"}\n$/s);
  });

  it("print the plan, and change nothing without the primary's name", async () => {
    await tree.servers.a.kill();
    const { code, stdout } = await ferry();
    expect(stdout).toContain("a: the primary, does not answer: connect ECONNREFUSED");
    expect(stdout).toContain("b becomes the primary\ncommand switch: leads to a; lead to b\n");
    expect(stdout).toContain("nothing was changed; give up a by --confirm a\n");
    expect(code).toBe(1);
    const other = await ferry("--confirm", "b");
    expect(other).toMatchObject({ code: 1, stdout: "a is the primary, and not b\nnothing was changed\n" });
  });

  it("replace it, lead traffic, and print no secret", async () => {
    const { code, stdout, stderr } = await ferry("--confirm", "a", "--to", "c", "--json");
    const { report } = JSON.parse(stdout);
    expect(report).toMatchObject({ primary: "c", previous: "a", number: 1, settled: { failed: [], parted: [] } });
    expect(code).toBe(0);
    // One look at a host that is silent is enough of an outage.
    expect(stderr).not.toContain("receivers stop on every replica");
    expect(await readFile(join(directory, "state"), "utf8")).toBe("c\n");
    expect(stdout + stderr).not.toContain(tree.request.members.a?.address.password);
    expect(stdout + stderr).not.toContain(tree.servers.a.options.password);
  });

  it("take the old one back", async () => {
    await tree.servers.a.restart();
    const planned = await ferry();
    expect(planned.stdout).toMatch(
      /a: SET PERSIST super_read_only = 1, .*a: follow c\nnothing was changed; make it so by --confirm a\n$/s,
    );
    const { code, stdout } = await ferry("--confirm", "a");
    expect(stdout).toMatch(/^c is the primary\na: SET PERSIST super_read_only = 1, .*\n.*a: follow c\n$/s);
    expect(code).toBe(0);
    expect(await ferry("--confirm", "a")).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^c is the primary and lives/),
    });
  });

  it("say what is wrong with the command line", async () => {
    expect(await ferry("--drain-timeout", "0")).toMatchObject({ code: 2, stderr: expect.stringContaining("above 0") });
    expect(await ferry("--to", "z")).toMatchObject({ code: 2, stderr: expect.stringContaining("no member z") });
  });
});
