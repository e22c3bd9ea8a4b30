import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureTree } from "@gtid-ferry/engine/replica-tree";
import { DEFAULT_FOLLOW_LIMITS } from "@gtid-ferry/engine/topology";
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
    expect(stdout).toMatch(
      /^refused, a 127\S+: a is up and writable: not a failover case; .*ferry switchover`\nno changes made\n$/,
    );
    expect(code).toBe(1);
  });

  it("watch, and stop cleanly", async () => {
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
    expect(await readFile(record, "utf8")).toMatch(
      /"kind":"fence persisted","primary":"a"}\n.*"kind":"watch ends"}\n$/s,
    );
  });

  it("print the plan, and change nothing without the primary's name", async () => {
    await tree.servers.a.kill();
    const { code, stdout } = await ferry();
    expect(stdout).toContain("a: the primary, does not answer: connect ECONNREFUSED");
    expect(stdout).toContain("command switch: currently routes to a -> will route to b\n");
    expect(stdout).toContain("Dry run: no changes made. To fail over and abandon a, re-run with --confirm a\n");
    expect(code).toBe(1);
    const other = await ferry("--confirm", "b");
    expect(other).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^refused, a: a is the primary, and not b; .*\nno changes made\n$/),
    });
  });

  it("replace it, switch traffic, and print no secret", async () => {
    const { code, stdout, stderr } = await ferry("--confirm", "a", "--to", "c", "--json");
    const { report } = JSON.parse(stdout);
    expect(report).toMatchObject({ primary: "c", previous: "a", number: 1, repaired: { failed: [], left: [] } });
    expect(code).toBe(0);
    // One look at a host that is silent is enough of an outage.
    expect(stderr).not.toContain("must be unreachable for");
    expect(await readFile(join(directory, "state"), "utf8")).toBe("c\n");
    expect(stdout + stderr).not.toContain(tree.request.members.a?.address.password);
    expect(stdout + stderr).not.toContain(tree.servers.a.options.password);
  });

  it("take the old one back", async () => {
    await tree.servers.a.restart();
    const planned = await ferry();
    expect(planned.stdout).toMatch(
      /a 127\S+: SET PERSIST_ONLY super_read_only = 1, .*a 127\S+: START REPLICA FOR .*receives from c.*\nDry run: no changes made. To do this, re-run with --confirm a\n$/s,
    );
    const { code, stdout } = await ferry("--confirm", "a");
    expect(stdout).toMatch(
      /^c is the primary\na 127\S+: SET GLOBAL super_read_only = 1\n.*a 127\S+: SET PERSIST_ONLY super_read_only = 1, .*a 127\S+: START REPLICA FOR .*receives from c/s,
    );
    expect(code).toBe(0);
    expect(await ferry("--confirm", "a")).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/: c is up and writable: not a failover case/),
    });
  });

  it("say what is wrong with the command line", async () => {
    expect(await ferry("--drain-timeout", "0")).toMatchObject({ code: 2, stderr: expect.stringContaining("above 0") });
    expect(await ferry("--to", "z")).toMatchObject({ code: 2, stderr: expect.stringContaining("no member z") });
  });
});
