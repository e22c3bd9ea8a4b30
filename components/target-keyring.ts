import { basename } from "node:path";
import { z } from "zod";
import type { Configuration } from "./configuration";

const chartKeyring = z.looseObject({ keyring: z.looseObject({ component: z.string() }) });

/** The keyring component that the target is given, for encrypted data. */
export function targetKeyring(configuration: Configuration): string | undefined {
  if (configuration.platform === "local") {
    const { targetKeyringConfig } = configuration;
    return targetKeyringConfig === undefined ? undefined : basename(targetKeyringConfig, ".cnf");
  }
  const { data } = chartKeyring.safeParse(configuration.chartValues);
  return data?.keyring.component || undefined;
}
