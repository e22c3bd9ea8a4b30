import { describe, expect, it } from "vitest";
import { planChannel } from "../../../../engine/channel/plan.js";
import type { ChannelState } from "../../../../engine/channel/state.js";
import { parseVersion, showStatement } from "../../../../engine/mysql/index.js";
import { channelSource, runningChannel } from "../fixtures/channels.js";

const source = channelSource("10.20.1.5", { password: "top secret" });
const running = runningChannel(source.host, { channel: "gtid_ferry" });
const replicaVersion = parseVersion("8.4.6");
const desired = { channel: "gtid_ferry", source };
const START = "START REPLICA FOR CHANNEL 'gtid_ferry'";
const STOP = "STOP REPLICA FOR CHANNEL 'gtid_ferry'";
const CHANGE =
  "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.20.1.5', SOURCE_PORT = 3306, SOURCE_USER = 'repl', " +
  "SOURCE_PASSWORD = '********', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_SSL_CA = '', " +
  "SOURCE_SSL_VERIFY_SERVER_CERT = 0, GET_SOURCE_PUBLIC_KEY = 0, SOURCE_CONNECT_RETRY = 5, SOURCE_RETRY_COUNT = 86400, " +
  "SOURCE_HEARTBEAT_PERIOD = 5, SOURCE_COMPRESSION_ALGORITHMS = 'uncompressed', REQUIRE_ROW_FORMAT = 1, GTID_ONLY = 1 " +
  "FOR CHANNEL 'gtid_ferry'";

const plan = (state: ChannelState | undefined, passwordMatches = true, wanted = desired) =>
  planChannel({ state, passwordMatches, replicaVersion }, wanted).map(showStatement);

describe("planChannel", () => {
  it("configures and starts a channel that is not there", () => {
    expect(plan(undefined, false)).toEqual([CHANGE, START]);
  });

  it("leaves a channel alone that is as wanted", () => {
    expect(plan(running)).toEqual([]);
  });

  it("leaves a channel that is connecting to its own retries", () => {
    expect(plan({ ...running, receiver: "CONNECTING" })).toEqual([]);
  });

  it("only starts a stopped channel", () => {
    expect(plan({ ...running, receiver: "OFF" })).toEqual([START]);
    expect(plan({ ...running, applier: "OFF" })).toEqual([START]);
  });

  it("stops, changes and starts when the password or any option differs", () => {
    expect(plan(running, false)).toEqual([STOP, CHANGE, START]);
    for (const other of [
      { host: "10.20.1.6" },
      { port: 3307 },
      { user: "other" },
      { autoPosition: false },
      { tls: false },
      { tlsCaPath: "/ca.pem" },
      { tlsVerifyIdentity: true },
      { connectRetrySeconds: 60 },
      { retryCount: 10 },
      { heartbeatSeconds: 30 },
      { compression: "zstd" },
    ]) {
      expect(plan({ ...running, ...other })).toEqual([STOP, CHANGE, START]);
    }
  });

  it("asks for the source's public key only without TLS", () => {
    const clear = { ...desired, source: { ...source, tls: { mode: "disabled" as const } } };
    expect(plan(undefined, false, clear)[0]).toContain("SOURCE_SSL = 0, GET_SOURCE_PUBLIC_KEY = 1");
  });

  it("leaves GTID_ONLY out where the server does not know it", () => {
    const [change] = planChannel(
      { state: undefined, passwordMatches: false, replicaVersion: parseVersion("8.0.26") },
      desired,
    ).map(showStatement);
    expect(change).not.toContain("GTID_ONLY");
  });
});
