import { DEFAULT_FAILOVER_LIMITS, type FailoverRequest, NO_WISHES, type Wishes } from "@gtid-ferry/engine/failover";
import { silent } from "@gtid-ferry/engine/operation";
import { DEFAULT_FOLLOW_LIMITS, ensureTree, type Tree } from "@gtid-ferry/engine/replica-tree";
import { FollowingWriters, WRITTEN_TABLE } from "./following-writers.js";
import { startTree, type TestTree } from "./tree.js";

export const NAMES = ["a", "b", "c", "d"] as const;
export type Name = (typeof NAMES)[number];

/** d is at second hand. */
export const TREE = { a: null, b: "a", c: "a", d: "b" } as const satisfies Tree;

/** Each server can be a source whose acknowledgements mean that a replica has the write: rather none than one without. */
const SEMI_SYNC = {
  plugin_load_add: "semisync_source.so;semisync_replica.so",
  rpl_semi_sync_replica_enabled: "ON",
  rpl_semi_sync_source_timeout: 600_000,
};

export interface FailoverTree extends TestTree<Name> {
  request: FailoverRequest;
  asking(wishes: Partial<Wishes>): FailoverRequest;
  /** Writers of the application that find out themselves who accepts writes. */
  write(writers: number, thinkMilliseconds: number): Promise<FollowingWriters>;
  /** From now on this server acknowledges no write before a replica has it. */
  waitForReplicas(name: Name): Promise<void>;
  uuidOf(name: Name): Promise<string>;
  /** Who accepts writes of those that answer. */
  writable(): Promise<Name[]>;
  ids(name: Name, writers: FollowingWriters): Promise<number[]>;
}

export async function startFailoverTree(test: string, semiSync = true): Promise<FailoverTree> {
  const settings = Object.fromEntries(NAMES.map((name) => [name, semiSync ? SEMI_SYNC : {}]));
  const tree = await startTree<Name>(test, NAMES, settings);
  try {
    await ensureTree({ ...tree.request, tree: TREE, limits: DEFAULT_FOLLOW_LIMITS }, silent);
    await tree.servers.a.rootQuery(
      "CREATE SCHEMA app",
      WRITTEN_TABLE,
      "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'writer'",
      "GRANT ALL ON app.* TO writer@'127.0.0.1'",
    );
    if (semiSync) await waitForReplicas(tree, "a");
    const [row] = await tree.servers.a.rootQuery("SELECT @@gtid_executed AS executed");
    for (const name of NAMES) {
      await tree.servers[name].rootQuery(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${String(row?.executed)}', 30)`);
    }
  } catch (error) {
    await tree.stop();
    throw error;
  }
  const request = {
    ...tree.request,
    tree: TREE,
    wishes: NO_WISHES,
    limits: { ...DEFAULT_FAILOVER_LIMITS, confirmSeconds: 1, settleTimeoutSeconds: 30 },
  };
  const column = async (name: Name, sql: string) => (await tree.servers[name].rootQuery(sql)).map((row) => row.value);
  return {
    ...tree,
    request,
    asking: (wishes) => ({ ...request, wishes: { ...NO_WISHES, ...wishes } }),
    write: (writers, thinkMilliseconds) =>
      FollowingWriters.start(
        NAMES.map((name) => ({ ...tree.servers[name].options, user: "writer", password: "writer" })),
        writers,
        thinkMilliseconds,
      ),
    waitForReplicas: (name) => waitForReplicas(tree, name),
    uuidOf: async (name) => String((await column(name, "SELECT @@server_uuid AS value"))[0]),
    writable: async () => {
      const seen = await Promise.all(
        NAMES.map(async (name) => {
          const closed = await column(name, "SELECT @@GLOBAL.read_only AS value").catch(() => [1]);
          return closed[0] === 0 ? [name] : [];
        }),
      );
      return seen.flat();
    },
    ids: async (name, writers) => (await tree.servers[name].rootQuery(writers.selectIds)).map(({ id }) => Number(id)),
  };
}

/** Only the primary may wait: a replica without replicas of its own would never apply anything. */
async function waitForReplicas({ servers }: TestTree<Name>, name: Name): Promise<void> {
  await servers[name].rootQuery("SET GLOBAL rpl_semi_sync_source_enabled = ON");
}
