import type { ConnectionOptions } from "@gtid-ferry/engine/mysql";
import type { ChannelSource } from "@gtid-ferry/engine/replication";
import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "./configuration";

/** Where the target of platform `local` listens. */
const TARGET_HOST = "127.0.0.1";
/** Less often than this a healthy primary says nothing, and the replica reconnects. */
const HEARTBEAT_SECONDS = 5;
const CONNECT_RETRY_SECONDS = 5;
/** Five days of retries: a primary that is down for a weekend is found again. */
const CONNECT_RETRY_COUNT = 86_400;

/** The source as an administrator reaches it; secret. */
export function sourceConnection(
  configuration: Configuration,
  password: pulumi.Input<string>,
): pulumi.Output<ConnectionOptions> {
  const { sourceHost, sourcePort, sourceUser, sourceTlsMode, sourceTlsCa } = configuration;
  const tls = { mode: sourceTlsMode, ...(sourceTlsCa === undefined ? {} : { ca: sourceTlsCa }) };
  return pulumi.secret({ host: sourceHost, port: sourcePort, user: sourceUser, password, tls });
}

/** The target as an administrator reaches it: its accounts are the source's, which came with the data. Secret. */
export function targetConnection(
  { targetPort }: Configuration,
  source: pulumi.Output<ConnectionOptions>,
): pulumi.Output<ConnectionOptions> {
  return source.apply(({ user, password }) => ({
    host: TARGET_HOST,
    port: targetPort,
    user,
    password,
    tls: { mode: "required" as const },
  }));
}

/** How each server is reached by the other's channel; secret. */
export function replicationAddresses(
  configuration: Configuration,
  replicationPassword: pulumi.Input<string>,
): { readonly source: pulumi.Output<ChannelSource>; readonly target: pulumi.Output<ChannelSource> } {
  const { replicationTlsMode, replicationTlsCaPath } = configuration;
  const address = (host: string, port: number) =>
    pulumi.secret({
      host,
      port,
      user: configuration.replicationUser,
      password: replicationPassword,
      tls: {
        mode: replicationTlsMode,
        ...(replicationTlsCaPath === undefined ? {} : { caPath: replicationTlsCaPath }),
      },
      connectRetrySeconds: CONNECT_RETRY_SECONDS,
      retryCount: CONNECT_RETRY_COUNT,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      compression: "uncompressed" as const,
    });
  return {
    source: address(configuration.sourceHostForTarget ?? configuration.sourceHost, configuration.sourcePort),
    target: address(configuration.targetHostForSource ?? TARGET_HOST, configuration.targetPort),
  };
}
