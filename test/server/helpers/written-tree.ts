import { type ObservedTopology, observe, withMembers } from "@gtid-ferry/engine/topology";
import { expect } from "vitest";
import type { MysqldSettings } from "../../../lab/mysqld/index.js";
import { FollowingWriters, WRITTEN_TABLE } from "./following-writers.js";
import { startTree, type TestTree } from "./tree.js";

/** Replicas keep up with writers that rest, on a slow machine too. */
const THINK_MILLISECONDS = 10;

/** A tree's servers while two clients write to the one of `writable` that accepts it, at first the first of all. */
export interface WrittenTree<Name extends string> extends TestTree<Name> {
  readonly writers: FollowingWriters;
  observe(): Promise<ObservedTopology>;
  /** Ends the load: every server then has all transactions, and each acknowledged write once. */
  expectWhole(): Promise<void>;
}

export async function startWrittenTree<Name extends string>(
  test: string,
  names: readonly [Name, ...Name[]],
  settings: Partial<Record<Name, MysqldSettings>> = {},
  writable: readonly Name[] = [names[0]],
): Promise<WrittenTree<Name>> {
  const tree = await startTree(test, names, settings);
  const primary = tree.servers[names[0]];
  for (const name of writable) {
    await tree.servers[name].rootQuery(
      "SET sql_log_bin = 0",
      "SET GLOBAL super_read_only = OFF",
      "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'writer'",
      "GRANT INSERT ON app.* TO writer@'127.0.0.1'",
      ...(name === names[0] ? [] : ["SET GLOBAL super_read_only = ON"]),
    );
  }
  await primary.rootQuery("CREATE SCHEMA app", WRITTEN_TABLE);
  const account = { host: "127.0.0.1", user: "writer", password: "writer" };
  const places = writable.map((name) => ({ ...account, port: tree.servers[name].port }));
  const writers = await FollowingWriters.start(places, 2, THINK_MILLISECONDS);
  return {
    ...tree,
    writers,
    observe: () => withMembers(tree.request, (members) => observe(tree.request, members)),
    expectWhole: async () => {
      await writers.stop();
      expect(writers.acknowledged.length).toBeGreaterThan(100);
      const [{ executed } = { executed: "" }] = await primary.rootQuery("SELECT @@gtid_executed AS executed");
      for (const name of names) {
        const server = tree.servers[name];
        const [arrived] = await server.rootQuery(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${executed}', 30) AS timedOut`);
        expect(arrived).toEqual({ timedOut: 0 });
        expect(await server.rootQuery("SELECT @@gtid_executed AS executed")).toEqual([{ executed }]);
        const rows = await server.rootQuery(writers.selectIds);
        expect(writers.audit(rows.map(({ id }) => Number(id)))).toEqual({ lost: [], duplicated: [], phantom: [] });
      }
    },
    stop: async () => {
      await writers.stop();
      await tree.stop();
    },
  };
}
