import { MysqlServer, readExecuted, subtractOn } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { expect } from "vitest";
import type { MysqldSettings } from "../../../lab/mysqld/index.js";
import { FollowingWriters, WRITTEN_TABLE } from "./following-writers.js";
import { type Pair, startPair } from "./pair.js";

/** A pair that replicates while two clients write to the source. */
export interface WrittenPair extends Pair {
  readonly sourceUuid: string;
  readonly targetUuid: string;
  /** Works on the target over a new connection for batches, as a new run of a repair has it. */
  onTarget<T>(work: (target: MysqlServer) => Promise<T>): Promise<T>;
  onBoth<T>(work: (source: MysqlServer, target: MysqlServer) => Promise<T>): Promise<T>;
  /** Runs statements on the target as an administrator who forgets that it is a replica. */
  stray(...statements: readonly string[]): Promise<void>;
  /** Ends the load: the target then has exactly the source's transactions, and each acknowledged write once. */
  expectWhole(): Promise<void>;
}

export async function startWrittenPair(name: string, targetSettings: MysqldSettings = {}): Promise<WrittenPair> {
  const pair = await startPair(name, targetSettings);
  await pair.source.rootQuery(
    "CREATE SCHEMA app",
    WRITTEN_TABLE,
    "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'writer'",
    "GRANT INSERT ON app.* TO writer@'127.0.0.1'",
  );
  await ensureChannel(pair.channel, silent);
  const account = { host: "127.0.0.1", port: pair.source.port, user: "writer", password: "writer" };
  const writers = await FollowingWriters.start([account], 2, 2);
  const uuidOf = async (server: Pair["source"]) =>
    String((await server.rootQuery("SELECT @@server_uuid AS uuid"))[0]?.uuid);
  const connected = async <T>(
    options: Pair["source"]["options"],
    role: string,
    work: (server: MysqlServer) => Promise<T>,
  ) => {
    const server = await MysqlServer.connect(options, role, { batches: true });
    try {
      return await work(server);
    } finally {
      await server.close();
    }
  };
  const onTarget = <T>(work: (target: MysqlServer) => Promise<T>) => connected(pair.target.options, "target", work);
  const onBoth = <T>(work: (source: MysqlServer, target: MysqlServer) => Promise<T>) =>
    connected(pair.source.options, "source", (source) => onTarget((target) => work(source, target)));
  return {
    ...pair,
    sourceUuid: await uuidOf(pair.source),
    targetUuid: await uuidOf(pair.target),
    onTarget,
    onBoth,
    stray: async (...statements) => {
      await pair.target.rootQuery("SET GLOBAL super_read_only = OFF", ...statements, "SET GLOBAL super_read_only = ON");
    },
    expectWhole: async () => {
      await writers.stop();
      await onBoth(async (source, target) => {
        const executed = await readExecuted(source);
        await target.execute("SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 30)", [executed]);
        expect(await subtractOn(target, executed, await readExecuted(target))).toBe("");
        expect(await subtractOn(target, await readExecuted(target), executed)).toBe("");
      });
      expect(writers.acknowledged.length).toBeGreaterThan(20);
      const rows = await pair.target.rootQuery(writers.selectIds);
      expect(writers.audit(rows.map(({ id }) => Number(id)))).toEqual({ lost: [], duplicated: [], phantom: [] });
      expect(await pair.target.rootQuery("SELECT @@super_read_only AS fenced")).toEqual([{ fenced: 1 }]);
    },
    stop: async () => {
      await writers.stop();
      await pair.stop();
    },
  };
}
