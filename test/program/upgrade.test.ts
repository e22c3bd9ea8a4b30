import { afterEach, expect, it } from "vitest";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { queryTarget } from "../helpers/query-target.js";
import { UPGRADES } from "./helpers/upgrades.js";

let stack: TestStack | undefined;
afterEach(() => stack?.stop());

const STATE = "SELECT @@version AS version, @@super_read_only AS fenced, @@gtid_mode AS gtids";
const ITEMS = "SELECT name FROM shop.item ORDER BY id";

// Six runs of the program, one after the other.
const TIMEOUT_MS = 900_000;

// Both servers are of one release, and only say that they are of others: what is tried here is what gtid-ferry decides by
// a release, not what such a release does.
it.each(UPGRADES)(
  "moves from %s to %s, back, there again, and ends without a rollback",
  async (from, to) => {
    stack = await startTestStack("upgrade", { saysVersion: { source: from, target: to } });
    const { source, configure, up } = stack;
    const on = {
      source: source.rootQuery,
      target: (sql: string) => queryTarget(stack as TestStack, sql),
    };
    const names: string[] = [];
    /** A row that is written here arrives on the other server. */
    const write = async (side: "source" | "target", name: string) => {
      names.push(name);
      await on[side](`INSERT INTO shop.item (name) VALUES ('${name}')`);
      const other = side === "source" ? "target" : "source";
      await expect.poll(() => on[other](ITEMS), { timeout: 60_000 }).toEqual(names.map((each) => ({ name: each })));
    };
    const roles = async () => [...(await on.source(STATE)), ...((await on.target(STATE)) as unknown[])];
    const asPrimary = (version: string) => ({ version, fenced: 0, gtids: "ON" });
    const asReplica = (version: string) => ({ version, fenced: 1, gtids: "ON" });
    await source.rootQuery(
      "CREATE SCHEMA shop",
      "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20))",
    );

    const [older, newer] = [from, to].map((version) => version.split(".").slice(0, 2).join("."));
    const plan = await stack.pulumi("preview");
    expect(plan.output).toMatch(/warning +version-path-back/);
    expect(plan.output).toContain(`replication from ${newer} to ${older} is supported for a rollback only`);
    expect(plan.output).toMatch(/ 0 blockers, /);

    await up();
    await write("source", "replicated");
    expect(await roles()).toEqual([asPrimary(from), asReplica(to)]);
    await configure("phase", "cutover");
    expect(await up()).toMatch(/OK: 1 row in 1 table and all schema objects, accounts and grants match/);
    await write("target", "after the cutover");
    expect(await roles()).toEqual([asReplica(from), asPrimary(to)]);
    await configure("phase", "replicate");
    await up();
    await write("source", "after the rollback");
    expect(await roles()).toEqual([asPrimary(from), asReplica(to)]);
    await configure("phase", "cutover");
    await up();
    await write("target", "cut over again");
    await configure("phase", "finalize");
    await up();
    expect(await roles()).toEqual([asReplica(from), asPrimary(to)]);
    expect(await on.source(ITEMS)).toEqual(names.map((name) => ({ name })));
    expect(await on.target(ITEMS)).toEqual(names.map((name) => ({ name })));
  },
  TIMEOUT_MS,
);
