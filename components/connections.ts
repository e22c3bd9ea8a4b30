import type { ChannelSource } from "@gtid-ferry/engine/channel";
import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { Via } from "@gtid-ferry/engine/tunnel";
import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "./configuration";

/** Name of the replication channel, on whichever server replicates; a name of its own leaves other channels alone. */
export const CHANNEL = "gtid_ferry";
/** Less often than this a healthy primary says nothing, and the replica reconnects. */
const HEARTBEAT_SECONDS = 5;
const CONNECT_RETRY_SECONDS = 5;
/** Five days of retries: a primary that is down for a weekend is found again. */
const CONNECT_RETRY_COUNT = 86_400;

/** The source as an administrator reaches it; secret. */
export function sourceConnection(
  configuration: Configuration,
  password: pulumi.Input<string>,
  via?: pulumi.Input<Via>,
): pulumi.Output<ConnectionOptions> {
  const { sourceHost, sourcePort, sourceUser, sourceTlsMode, sourceTlsCa } = configuration;
  const tls = { mode: sourceTlsMode, ...(sourceTlsCa === undefined ? {} : { ca: sourceTlsCa }) };
  const address = { host: sourceHost, port: sourcePort, user: sourceUser };
  return pulumi.secret({ ...address, password, tls, ...(via === undefined ? {} : { via }) });
}

/** How one server is reached by the other's channel; secret. */
export function replicationAddress(
  configuration: Configuration,
  password: pulumi.Input<string>,
  host: string,
  port: number,
): pulumi.Output<ChannelSource> {
  const { replicationTlsMode, replicationTlsCaPath } = configuration;
  return pulumi.secret({
    host,
    port,
    user: configuration.replicationUser,
    password,
    tls: {
      mode: replicationTlsMode,
      ...(replicationTlsCaPath === undefined ? {} : { caPath: replicationTlsCaPath }),
    },
    connectRetrySeconds: CONNECT_RETRY_SECONDS,
    retryCount: CONNECT_RETRY_COUNT,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    compression: "uncompressed" as const,
  });
}
