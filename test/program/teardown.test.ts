import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { queryTarget } from "../helpers/query-target.js";
import { s3Keys } from "../helpers/s3-keys.js";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack("teardown");
  await stack.source.rootQuery("CREATE SCHEMA shop", "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY)");
});
afterAll(() => stack.stop());

async function refusedDestroy(): Promise<string> {
  const before = (await stack.resources()).length;
  const { exitCode, output } = await stack.pulumi("destroy", "--yes");
  expect(exitCode).not.toBe(0);
  expect((await stack.resources()).length).toBe(before);
  expect(existsSync(stack.targetDirectory)).toBe(true);
  expect(await s3Keys(stack.s3)).toHaveLength(2);
  return output;
}

// One stack's life in order: each test starts where the one before ended.
describe("pulumi destroy", () => {
  it("is refused before the cutover while the source cannot be reached, with nothing removed", async () => {
    await stack.up();
    await stack.source.kill();
    expect(await refusedDestroy()).toContain("making sure that a writable copy of the data remains failed");
    await stack.source.restart();
  });

  it("is refused after the cutover while the target is down, with nothing removed", async () => {
    await stack.configure("phase", "cutover");
    await stack.up();
    const { pid } = JSON.parse(readFileSync(join(stack.targetDirectory, "run", "process.json"), "utf8"));
    process.kill(pid, "SIGKILL");
    expect(await refusedDestroy()).toContain("the primary within reach, accepting writes");
  });

  it("takes the scaffolding away after the cutover: the target stays the primary, the source stays fenced", async () => {
    await stack.up();
    const { exitCode, output } = await stack.pulumi("destroy", "--yes");
    expect(exitCode).toBe(0);
    expect(output).toContain("it is the primary, so it stays, with its data");
    expect(await stack.resources()).toEqual([]);
    expect(await s3Keys(stack.s3)).toEqual([]);
    await queryTarget(stack, "INSERT INTO shop.item () VALUES ()");
    expect(await stack.source.rootQuery("SELECT @@super_read_only AS fenced")).toEqual([{ fenced: 1 }]);
    expect(await stack.source.rootQuery("SELECT COUNT(*) AS channels FROM mysql.slave_master_info")).toEqual([
      { channels: 0 },
    ]);
  });

  it("may be followed by a new migration, which refuses the fenced source", async () => {
    const { exitCode, output } = await stack.pulumi("up", "--yes");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("it is fenced for good");
  });
});
