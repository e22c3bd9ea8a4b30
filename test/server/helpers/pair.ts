import { randomBytes } from "node:crypto";
import type { ChannelSource } from "@gtid-ferry/engine/channel";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { ChannelRequest } from "@gtid-ferry/engine/replication";
import type { VerificationRequest } from "@gtid-ferry/engine/verify";
import type { MysqldSettings } from "../../../lab/mysqld/index.js";
import { startTestMysql, type TestMysql } from "../../../lab/testing.js";

const GTID_ON = { gtid_mode: "ON", enforce_gtid_consistency: "ON" } as const;

/** The channel of two servers that are both reached by an address. */
export type AddressedChannel = ChannelRequest &
  Readonly<Record<"source" | "target", { readonly address: ChannelSource }>>;

/** A source and an empty read-only target that may replicate from it: nobody has a transaction yet. */
export interface Pair {
  readonly source: TestMysql;
  readonly target: TestMysql;
  readonly channel: AddressedChannel;
  stop(): Promise<void>;
}

/** `targetSettings` come on top of what makes the target a replica. */
export async function startPair(name: string, targetSettings: MysqldSettings = {}): Promise<Pair> {
  const source = await startTestMysql({ name: `${name}-source`, settings: GTID_ON });
  const target = await startTestMysql({
    name: `${name}-target`,
    settings: {
      ...GTID_ON,
      super_read_only: "ON",
      skip_replica_start: "ON",
      event_scheduler: "OFF",
      ...targetSettings,
    },
  });
  const password = randomBytes(12).toString("hex");
  // On both, as after a restore: with one salt, so that they are the same, and later changes of the account replicate.
  const grant = "GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1'";
  await source.rootQuery(
    "SET sql_log_bin = 0",
    `CREATE USER repl@'127.0.0.1' IDENTIFIED BY '${password}' REQUIRE SSL`,
    grant,
  );
  const [created] = await source.rootQuery(
    "SET print_identified_with_as_hex = ON",
    "SHOW CREATE USER repl@'127.0.0.1'",
  );
  await target.rootQuery(
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    String(Object.values(created ?? {})[0]),
    grant,
    "SET GLOBAL super_read_only = ON",
  );
  return {
    source,
    target,
    channel: channelRequest(source.options, target.options, password),
    stop: async () => {
      await Promise.all([source.stop(), target.stop()]);
    },
  };
}

/** Waits, at most so long, until the target has what the source has executed. */
export async function letTargetCatchUp(
  { source, target }: Pick<Pair, "source" | "target">,
  seconds = 30,
): Promise<void> {
  const [row] = await source.rootQuery("SELECT @@GLOBAL.gtid_executed AS executed");
  await target.rootQuery(`SELECT WAIT_FOR_EXECUTED_GTID_SET('${String(row?.executed)}', ${seconds})`);
}

/** What a comparison of the two needs. */
export function verificationOf({ source, target }: Pick<Pair, "source" | "target">): VerificationRequest {
  return {
    primary: { name: "source", connection: source.options },
    replica: { name: "target", connection: target.options },
  };
}

function channelRequest(source: ConnectionOptions, target: ConnectionOptions, password: string): AddressedChannel {
  const end = (connection: ConnectionOptions) => ({
    connection,
    address: {
      host: connection.host,
      port: connection.port,
      user: "repl",
      password,
      tls: { mode: "required" as const },
      connectRetrySeconds: 1,
      retryCount: 86_400,
      heartbeatSeconds: 1,
      compression: "uncompressed" as const,
    },
  });
  return {
    channel: "gtid_ferry",
    source: end(source),
    target: end(target),
    restoredGtidSet: "",
    startTimeoutSeconds: 30,
  };
}
