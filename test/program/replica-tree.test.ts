import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeTestProject, type TestProject } from "../../lab/test-project.js";
import { makeTestDirectory, removeTestDirectory } from "../../lab/testing.js";
import { paths } from "../../toolchain/paths.js";
import { startTree, type TestTree } from "../server/helpers/tree.js";

let tree: TestTree<"a" | "b" | "c">;
let directory: string;
let stack: TestProject;
beforeAll(async () => {
  tree = await startTree("program-tree", ["a", "b", "c"]);
  directory = await makeTestDirectory("replica-tree");
  stack = await makeTestProject({
    directory,
    program: join(paths.projectRoot, "test/program/programs/replica-tree"),
    configuration: {
      plain: [`tree=${JSON.stringify({ a: null, b: "a", c: "b" })}`],
      secret: [`request=${JSON.stringify(tree.request)}`],
    },
    environment: { PULUMI_NODEJS_TSCONFIG_PATH: join(paths.projectRoot, "tsconfig.json") },
  });
});
afterAll(async () => {
  await tree?.stop();
  if (directory !== undefined) await removeTestDirectory(directory);
});

const sourcePort = async (name: "a" | "b" | "c") => {
  const rows = await tree.servers[name].rootQuery(
    "SELECT PORT AS port FROM performance_schema.replication_connection_configuration",
  );
  return rows[0]?.port;
};
const secrets = () => [tree.servers.a.options.password, tree.request.members.a?.address.password ?? ""];

// One tree's life in order: each test starts where the one before ended.
it("makes the tree, and keeps its passwords out of what it prints and stores", async () => {
  const output = await stack.up();
  expect(output).toContain("CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1'");
  const [resource] = await stack.resources();
  const text = output + JSON.stringify(resource);
  for (const secret of secrets()) expect(text).not.toContain(secret);
  expect(resource?.outputs).toMatchObject({ primary: "a", present: { a: null, b: "a", c: "b" }, problems: [] });
});

it("shows the plan to another tree, and mends what stopped on the way there", async () => {
  await stack.configure("tree", JSON.stringify({ a: null, c: "a", b: "c" }));
  await tree.servers.c.rootQuery("STOP REPLICA FOR CHANNEL 'gtid_ferry'");
  const output = await stack.up();
  expect(output).toMatch(/plan: a 127\.0\.0\.1:\d+: wait until it has every transaction of c/);
  expect(await sourcePort("c")).toBe(tree.servers.a.port);
  expect(await sourcePort("b")).toBe(tree.servers.c.port);
});

it("takes its channels away with it, and leaves the primary as it is", async () => {
  const { exitCode } = await stack.pulumi("destroy", "--yes", "--skip-preview");
  expect(exitCode).toBe(0);
  for (const name of ["b", "c"] as const) expect(await sourcePort(name)).toBeUndefined();
  expect(await tree.servers.a.rootQuery("SELECT @@read_only AS readOnly")).toEqual([{ readOnly: 0 }]);
});
