import {
  DEFAULT_FAILOVER_LIMITS,
  type FailoverOverrides,
  type FailoverRequest,
  NO_OVERRIDES,
} from "@gtid-ferry/engine/failover";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureTree } from "@gtid-ferry/engine/replica-tree";
import { DEFAULT_FOLLOW_LIMITS, type Tree } from "@gtid-ferry/engine/topology";
import type { TestMysql } from "../../../lab/testing.js";
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

const CATCH_UP_SECONDS = 30;

export interface FailoverTree extends TestTree<Name> {
  readonly names: readonly Name[];
  readonly request: FailoverRequest & TestTree<Name>["request"];
  asking(overrides: Partial<FailoverOverrides>): FailoverRequest;
  /** Writers of the application that find out themselves who accepts writes. */
  write(writers: number, thinkMilliseconds: number): Promise<FollowingWriters>;
  /** From now on this server acknowledges no write before a replica has it. */
  waitForReplicas(name: Name): Promise<void>;
  uuidOf(name: Name): Promise<string>;
  /** Who accepts writes of those that answer. */
  writable(): Promise<Name[]>;
  ids(name: Name, writers: FollowingWriters): Promise<number[]>;
  /** Whether a server replicates from somebody. */
  follows(name: Name): Promise<boolean>;
  /** Waits until everybody has exactly what the primary has. */
  awaitEqual(primary: Name): Promise<void>;
  /** Takes out of a server without a channel what only it has: rows of `app.written`, and history. */
  repair(name: Name, primary: Name): Promise<void>;
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
    const executed = await executedOn(tree.servers.a);
    for (const name of NAMES) {
      await tree.servers[name].rootQuery(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${executed}', ${CATCH_UP_SECONDS})`);
    }
  } catch (error) {
    await tree.stop();
    throw error;
  }
  const request = {
    ...tree.request,
    tree: TREE,
    overrides: NO_OVERRIDES,
    limits: {
      ...DEFAULT_FAILOVER_LIMITS,
      confirmSeconds: 0.5,
      confirmTimeoutSeconds: 20,
      connectTimeoutSeconds: 1,
      settleTimeoutSeconds: 30,
    },
  };
  const column = async (name: Name, sql: string) => (await tree.servers[name].rootQuery(sql)).map((row) => row.value);
  return {
    ...tree,
    names: NAMES,
    request,
    asking: (overrides) => ({ ...request, overrides: { ...NO_OVERRIDES, ...overrides } }),
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
    follows: (name) => follows(tree.servers[name]),
    awaitEqual: async (primary) => {
      const executed = await executedOn(tree.servers[primary]);
      for (const name of NAMES) {
        const server = tree.servers[name];
        await server.rootQuery(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${executed}', ${CATCH_UP_SECONDS})`);
        const found = await executedOn(server);
        if (found !== executed) throw new Error(`${name} has ${found}, and ${primary} ${executed}`);
        if ((await follows(server)) !== (name !== primary)) throw new Error(`${name} follows, or does not`);
      }
    },
    repair: async (name, primary) => {
      const [mine, theirs] = [tree.servers[name], tree.servers[primary]];
      const ids = (await theirs.rootQuery("SELECT id FROM app.written")).map(({ id }) => Number(id));
      const executed = await executedOn(mine);
      const common = await theirs.rootQuery(
        `SELECT GTID_SUBTRACT('${executed}', GTID_SUBTRACT('${executed}', @@GLOBAL.gtid_executed)) AS value`,
      );
      await mine.rootQuery(
        "SET sql_log_bin = 0",
        "SET GLOBAL super_read_only = OFF",
        `DELETE FROM app.written WHERE id NOT IN (${["0", ...ids].join(", ")})`,
        "RESET BINARY LOGS AND GTIDS",
        `SET GLOBAL gtid_purged = '${String(common[0]?.value)}'`,
        "SET GLOBAL super_read_only = ON",
      );
    },
    ids: async (name, writers) => (await tree.servers[name].rootQuery(writers.selectIds)).map(({ id }) => Number(id)),
  };
}

async function executedOn(server: TestMysql): Promise<string> {
  const [row] = await server.rootQuery("SELECT @@GLOBAL.gtid_executed AS executed");
  return String(row?.executed).replaceAll(/\s/g, "");
}

async function follows(server: TestMysql): Promise<boolean> {
  const [row] = await server.rootQuery(
    `SELECT COUNT(*) AS running FROM performance_schema.replication_connection_status s
       JOIN performance_schema.replication_applier_status a USING (CHANNEL_NAME)
      WHERE s.SERVICE_STATE = 'ON' AND a.SERVICE_STATE = 'ON'`,
  );
  return Number(row?.running) === 1;
}

/** Only the primary may wait: a replica without replicas of its own would never apply anything. */
async function waitForReplicas({ servers }: TestTree<Name>, name: Name): Promise<void> {
  await servers[name].rootQuery("SET GLOBAL rpl_semi_sync_source_enabled = ON");
}
