/** What decides for how long a server keeps its binary logs. */
export interface BinlogExpiry {
  /** `binlog_expire_logs_seconds`. */
  readonly seconds: number;
  /** `expire_logs_days` of 8.0; 0 where the server has none. It counts while `seconds` is 0. */
  readonly days: number;
  /** `binlog_expire_logs_auto_purge` of 8.0.29 and newer; true where the server has none. */
  readonly autoPurge: boolean;
}

/** Names that `binlogExpiry` reads. */
export const BINLOG_EXPIRY_VARIABLES = [
  "binlog_expire_logs_seconds",
  "expire_logs_days",
  "binlog_expire_logs_auto_purge",
] as const;

const SECONDS_OF_DAY = 86_400;

/** Takes the expiry from global variables by lower-case name. */
export function binlogExpiry(variables: ReadonlyMap<string, string>): BinlogExpiry {
  return {
    seconds: Number(variables.get("binlog_expire_logs_seconds") ?? 0),
    days: Number(variables.get("expire_logs_days") ?? 0),
    autoPurge: variables.get("binlog_expire_logs_auto_purge") !== "OFF",
  };
}

/** Seconds that binary logs are kept; undefined = for ever. */
export function binlogRetentionSeconds({ seconds, days, autoPurge }: BinlogExpiry): number | undefined {
  if (!autoPurge) return undefined;
  if (seconds > 0) return seconds;
  return days > 0 ? days * SECONDS_OF_DAY : undefined;
}
