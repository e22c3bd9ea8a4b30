import { Secret, type ServerVersion, type Statement, statement, statementsFor } from "../mysql/index.js";

/** How the replica's server verifies its source; the CA is a file on the replica's host. */
export interface ChannelTls {
  readonly mode: "disabled" | "required" | "verify-ca" | "verify-identity";
  readonly caPath?: string;
}

/** Where a channel reads from, as seen from the replica. */
export interface ChannelSource {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** At most 32 characters: MySQL's limit for SOURCE_PASSWORD. */
  readonly password: string;
  readonly tls: ChannelTls;
  readonly connectRetrySeconds: number;
  readonly retryCount: number;
  readonly heartbeatSeconds: number;
  readonly compression: "uncompressed" | "zlib" | "zstd";
}

type Option = readonly [name: string, value: string | number | Secret];

/** CHANGE REPLICATION SOURCE TO with every option that matters named, because defaults differ between versions. */
export function changeSourceStatement(channel: string, source: ChannelSource, version: ServerVersion): Statement {
  const options: Option[] = [
    ["SOURCE_HOST", source.host],
    ["SOURCE_PORT", source.port],
    ["SOURCE_USER", source.user],
    ["SOURCE_PASSWORD", new Secret(source.password)],
    ["SOURCE_AUTO_POSITION", 1],
    ...tlsOptions(source.tls),
    ["SOURCE_CONNECT_RETRY", source.connectRetrySeconds],
    ["SOURCE_RETRY_COUNT", source.retryCount],
    ["SOURCE_HEARTBEAT_PERIOD", source.heartbeatSeconds],
    ["SOURCE_COMPRESSION_ALGORITHMS", source.compression],
    ["REQUIRE_ROW_FORMAT", 1],
    ...(statementsFor(version).hasGtidOnly ? [["GTID_ONLY", 1] as const] : []),
  ];
  const list = options.map(([name]) => `${name} = ?`).join(", ");
  const values = options.map(([, value]) => value);
  return statement(`CHANGE REPLICATION SOURCE TO ${list} FOR CHANNEL ?`, ...values, channel);
}

function tlsOptions(tls: ChannelTls): Option[] {
  if (tls.mode === "disabled") {
    // Without TLS, caching_sha2_password needs the source's RSA key, else the login fails with 2061.
    return [
      ["SOURCE_SSL", 0],
      ["GET_SOURCE_PUBLIC_KEY", 1],
    ];
  }
  return [
    ["SOURCE_SSL", 1],
    ["SOURCE_SSL_CA", tls.caPath ?? ""],
    ["SOURCE_SSL_VERIFY_SERVER_CERT", tls.mode === "verify-identity" ? 1 : 0],
    ["GET_SOURCE_PUBLIC_KEY", 0],
  ];
}
