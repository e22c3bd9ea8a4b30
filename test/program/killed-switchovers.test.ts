import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureStack } from "../../lab/pulumi.js";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { queryTarget } from "../helpers/query-target.js";
import { endLeftBehind, killUp, type Victim } from "./helpers/interrupt.js";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack("killed-switchovers");
  await stack.source.rootQuery("CREATE SCHEMA shop", "CREATE TABLE shop.item (id INT PRIMARY KEY)");
  await stack.up();
});
afterAll(async () => {
  endLeftBehind();
  await stack.stop();
});

const SETTLE_MILLISECONDS = 20_000;
const IS_WRITABLE = "SELECT @@read_only + @@super_read_only = 0 AS writable";

async function writableServers(): Promise<string[]> {
  const rows = { source: await stack.source.rootQuery(IS_WRITABLE), target: await queryTarget(stack, IS_WRITABLE) };
  return Object.entries(rows).flatMap(([name, found]) => (JSON.stringify(found).includes(":1") ? [name] : []));
}

// One kill in each: a second in the same switchover would find it over where the first came a few milliseconds late.
const journeys: [moment: string, victim: Victim, phase: string, primary: string, line: RegExp][] = [
  ["the test of reverse replication", "provider", "cutover", "target", /test of reverse replication/],
  ["the fence", "provider", "replicate", "source", /fail-safe armed/],
  ["the completion", "provider", "cutover", "target", /committed: target/],
  ["the fence", "cli", "replicate", "source", /fail-safe armed/],
  ["the completion", "cli", "cutover", "target", /committed: target/],
];

describe.each(journeys)("a run that is killed at %s, of the %s, in a switchover by phase %s", (...journey) => {
  const [, victim, phase, primary, line] = journey;
  beforeAll(() => stack.configure("phase", phase));

  it("never leaves two writable servers", async () => {
    await killUp(stack, line, victim);
    // The budget is ten seconds; a provider whose CLI was killed may go on meanwhile.
    const settled = Date.now() + SETTLE_MILLISECONDS;
    let writable = await writableServers();
    while (writable.length !== 1 && Date.now() < settled) {
      await sleep(200);
      writable = await writableServers();
    }
    // A kill that met the one round trip between the end of the fail-safe and the commit leaves none until the next
    // run; the fault matrix kills at each step by itself.
    expect(writable.length).toBeLessThanOrEqual(1);
    endLeftBehind();
    await ensureStack(stack.project, silent);
  });

  it(`is completed by the next up, to the ${primary}, and then changes nothing`, async () => {
    await stack.up();
    expect(await writableServers()).toEqual([primary]);
    expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  });
});

describe("a teardown that stopped half-way, after a cutover", () => {
  it("is gone on with by phase finalize and pulumi destroy", async () => {
    const roles = (await stack.resources()).find(({ type }) => type.endsWith(":Switchover"));
    if (roles === undefined) throw new Error("a Switchover expected");
    expect(await stack.pulumi("destroy", "--yes", "--target", roles.urn)).toMatchObject({ exitCode: 0 });
    await stack.configure("phase", "finalize");
    await stack.up();
    expect(await writableServers()).toEqual(["target"]);
    expect(await stack.pulumi("destroy", "--yes")).toMatchObject({ exitCode: 0 });
    expect(await stack.resources()).toEqual([]);
    expect(await writableServers()).toEqual(["target"]);
  });
});
