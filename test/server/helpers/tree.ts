import { randomBytes } from "node:crypto";
import type { ChannelSource } from "@gtid-ferry/engine/channel";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { Member, Topology } from "@gtid-ferry/engine/topology";
import type { MysqldSettings } from "../../../lab/mysqld/index.js";
import { startTestMysql, type TestMysql } from "../../../lab/testing.js";

const GTID_ON = { gtid_mode: "ON", enforce_gtid_consistency: "ON" } as const;
const REPLICA = { super_read_only: "ON", skip_replica_start: "ON", event_scheduler: "OFF" } as const;

/** A topology whose members are all reached by an address. */
export interface TestTopology extends Topology {
  readonly members: Readonly<Record<string, Member & { readonly address: ChannelSource }>>;
}

/** Several servers without any transaction and without channels; the first is writable, the others are read-only. */
export interface TestTree<Name extends string> {
  readonly servers: Readonly<Record<Name, TestMysql>>;
  readonly request: TestTopology;
  stop(): Promise<void>;
}

/** `settings` of single servers come on top of what makes them a primary or a replica. */
export async function startTree<Name extends string>(
  test: string,
  names: readonly [Name, ...Name[]],
  settings: Partial<Record<Name, MysqldSettings>> = {},
): Promise<TestTree<Name>> {
  const password = randomBytes(12).toString("hex");
  const starting = names.map(async (name) => {
    const role = name === names[0] ? {} : REPLICA;
    const server = await startTestMysql({
      name: `${test}-${name}`,
      settings: { ...GTID_ON, ...role, ...settings[name] },
    });
    // On each, as after a restore, so that it is the same account everywhere without a transaction.
    await server.rootQuery(
      "SET sql_log_bin = 0",
      "SET GLOBAL super_read_only = OFF",
      `CREATE USER repl@'127.0.0.1' IDENTIFIED BY '${password}' REQUIRE SSL`,
      "GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1'",
      ...(name === names[0] ? [] : ["SET GLOBAL super_read_only = ON"]),
    );
    return [name, server] as const;
  });
  const started = (await Promise.allSettled(starting)).flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : [],
  );
  const stop = async () => {
    await Promise.all(started.map(([, server]) => server.stop()));
  };
  if (started.length < names.length) {
    await stop();
    await Promise.all(starting);
  }
  return {
    servers: Object.fromEntries(started) as Record<Name, TestMysql>,
    request: {
      channel: "gtid_ferry",
      members: Object.fromEntries(started.map(([name, server]) => [name, endOf(server.options, password)])),
      tree: Object.fromEntries(names.map((name) => [name, name === names[0] ? null : names[0]])),
    },
    stop,
  };
}

function endOf(connection: ConnectionOptions, password: string): TestTopology["members"][string] {
  return {
    connection,
    address: {
      host: connection.host,
      port: connection.port,
      user: "repl",
      password,
      tls: { mode: "required" },
      connectRetrySeconds: 1,
      retryCount: 86_400,
      heartbeatSeconds: 1,
      compression: "uncompressed",
    },
  };
}
