import type { Command } from "commander";
import { DEFAULT_FAILOVER_LIMITS, type FailoverRequest } from "../failover/index.js";
import { parsePositive } from "./parse-number.js";
import type { StackTopology } from "./topology-file.js";

/** The options that a failover takes by hand and by itself. */
export interface FailoverLimitOptions {
  readonly confirmSeconds: number;
  readonly connectTimeout: number;
  readonly drainTimeout: number;
}

export function addFailoverLimits(command: Command): Command {
  return command
    .option(
      "--confirm-seconds <seconds>",
      "for how long the primary must be away",
      parsePositive,
      DEFAULT_FAILOVER_LIMITS.confirmSeconds,
    )
    .option(
      "--connect-timeout <seconds>",
      "longest time to connect to a server",
      parsePositive,
      DEFAULT_FAILOVER_LIMITS.connectTimeoutSeconds,
    )
    .option(
      "--drain-timeout <seconds>",
      "how long the next primary may take to apply what was received",
      parsePositive,
      DEFAULT_FAILOVER_LIMITS.drainTimeoutSeconds,
    );
}

/** Those of the command line win over the stack's. */
export function failoverLimits(
  { limits }: StackTopology,
  { confirmSeconds, connectTimeout, drainTimeout }: FailoverLimitOptions,
): FailoverRequest["limits"] {
  return {
    ...DEFAULT_FAILOVER_LIMITS,
    ...limits,
    confirmSeconds,
    connectTimeoutSeconds: connectTimeout,
    drainTimeoutSeconds: drainTimeout,
  };
}
