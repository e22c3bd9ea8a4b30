import { z } from "zod";
import type { MysqlServer } from "../mysql/index.js";

export interface ThreadError {
  readonly number: number;
  readonly message: string;
}

export type ServiceState = "ON" | "OFF" | "CONNECTING";

/** One channel as performance_schema shows it. */
export interface ChannelState {
  readonly channel: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly autoPosition: boolean;
  readonly tls: boolean;
  readonly tlsCaPath: string;
  readonly tlsVerifyIdentity: boolean;
  readonly connectRetrySeconds: number;
  readonly retryCount: number;
  readonly heartbeatSeconds: number;
  readonly compression: string;
  /** UUID of the server it is or was connected to; `""` before the first connection. */
  readonly sourceUuid: string;
  readonly receiver: ServiceState;
  readonly receiverError: ThreadError | undefined;
  readonly applier: ServiceState;
  readonly applierErrors: readonly ThreadError[];
  /** Commit time on its origin of the newest transaction applied, UTC; undefined when none was applied yet. */
  readonly lastAppliedCommit: string | undefined;
}

const configurationRow = z.object({
  channel: z.string(),
  host: z.string(),
  port: z.number(),
  user: z.string(),
  auto_position: z.coerce.number(),
  tls: z.string(),
  tls_ca: z.string(),
  tls_verify: z.string(),
  connect_retry: z.number(),
  retry_count: z.coerce.number(),
  heartbeat: z.coerce.number(),
  compression: z.string(),
  source_uuid: z.string(),
  receiver: z.enum(["ON", "OFF", "CONNECTING"]),
  receiver_errno: z.number(),
  receiver_error: z.string(),
  applier: z.enum(["ON", "OFF"]),
});

const applierRow = z.object({
  channel: z.string(),
  worker: z.number(),
  errno: z.number(),
  error: z.string(),
  applied: z.string(),
});

const CONFIGURATION_SQL = `
  SELECT c.CHANNEL_NAME AS channel, c.HOST AS host, c.PORT AS port, c.USER AS user, c.AUTO_POSITION AS auto_position,
    c.SSL_ALLOWED AS tls, c.SSL_CA_FILE AS tls_ca, c.SSL_VERIFY_SERVER_CERTIFICATE AS tls_verify,
    c.CONNECTION_RETRY_INTERVAL AS connect_retry, c.CONNECTION_RETRY_COUNT AS retry_count,
    c.HEARTBEAT_INTERVAL AS heartbeat, c.COMPRESSION_ALGORITHM AS compression,
    s.SOURCE_UUID AS source_uuid, s.SERVICE_STATE AS receiver,
    s.LAST_ERROR_NUMBER AS receiver_errno, s.LAST_ERROR_MESSAGE AS receiver_error, a.SERVICE_STATE AS applier
  FROM performance_schema.replication_connection_configuration c
  JOIN performance_schema.replication_connection_status s USING (CHANNEL_NAME)
  JOIN performance_schema.replication_applier_status a USING (CHANNEL_NAME)
  WHERE c.CHANNEL_NAME NOT LIKE 'group\\_replication\\_%'`;

// The coordinator's row has no last applied transaction; a worker's has, and both have errors.
const APPLIER_SQL = `
  SELECT CHANNEL_NAME AS channel, 0 AS worker, LAST_ERROR_NUMBER AS errno, LAST_ERROR_MESSAGE AS error, '' AS applied
  FROM performance_schema.replication_applier_status_by_coordinator
  UNION ALL
  SELECT CHANNEL_NAME, 1, LAST_ERROR_NUMBER, LAST_ERROR_MESSAGE,
    IF(LAST_APPLIED_TRANSACTION = '', '', CAST(CONVERT_TZ(LAST_APPLIED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, @@SESSION.time_zone, '+00:00') AS CHAR))
  FROM performance_schema.replication_applier_status_by_worker`;

/** All channels that a server has, running or not. */
export async function readChannels(replica: MysqlServer): Promise<ChannelState[]> {
  const configurations = await replica.query(CONFIGURATION_SQL, [], configurationRow);
  const appliers = await replica.query(APPLIER_SQL, [], applierRow);
  return configurations.map((row) => {
    const threads = appliers.filter(({ channel }) => channel === row.channel);
    return {
      channel: row.channel,
      host: row.host,
      port: row.port,
      user: row.user,
      autoPosition: row.auto_position === 1,
      tls: row.tls === "YES",
      tlsCaPath: row.tls_ca,
      tlsVerifyIdentity: row.tls_verify === "YES",
      connectRetrySeconds: row.connect_retry,
      retryCount: row.retry_count,
      heartbeatSeconds: row.heartbeat,
      compression: row.compression,
      sourceUuid: row.source_uuid,
      receiver: row.receiver,
      receiverError: row.receiver_errno === 0 ? undefined : { number: row.receiver_errno, message: row.receiver_error },
      applier: row.applier,
      applierErrors: applierErrors(threads),
      lastAppliedCommit: threads
        .map(({ applied }) => applied)
        .filter((applied) => applied !== "")
        .sort()
        .at(-1),
    };
  });
}

/** The workers' own errors; the coordinator's only repeats one of them, unless it is the only one. */
function applierErrors(threads: readonly z.infer<typeof applierRow>[]): ThreadError[] {
  const failed = threads.filter(({ errno }) => errno !== 0);
  const ofWorkers = failed.filter(({ worker }) => worker === 1);
  return (ofWorkers.length > 0 ? ofWorkers : failed).map(({ errno, error }) => ({ number: errno, message: error }));
}

export async function readChannel(replica: MysqlServer, channel: string): Promise<ChannelState | undefined> {
  const channels = await readChannels(replica);
  return channels.find((state) => state.channel === channel);
}

/** Whether both threads run; a thread that is only trying to connect does not. */
export function isReplicating(state: ChannelState): boolean {
  return state.receiver === "ON" && state.applier === "ON" && state.applierErrors.length === 0;
}

/** One line for people, e.g. `receiver CONNECTING (1045: Access denied ...), applier ON`. */
export function describeChannel(state: ChannelState | undefined): string {
  if (state === undefined) return "no such channel";
  const receiver = `receiver ${state.receiver}${describeError(state.receiverError)}`;
  return `${receiver}, applier ${state.applier}${state.applierErrors.map(describeError).join("")}`;
}

function describeError(error: ThreadError | undefined): string {
  return error === undefined ? "" : ` (${error.number}: ${withoutCredentials(error.message)})`;
}

/** The applier quotes the statement that failed, and an account statement holds a password's hash. */
function withoutCredentials(message: string): string {
  return message.replace(/(IDENTIFIED\b.*?\b(?:AS|BY)\s+)'.*'/gs, "$1'********'");
}
