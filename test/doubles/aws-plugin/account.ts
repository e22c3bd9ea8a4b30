import { z } from "zod";

/** For whom an instance of the plugin works, as `aws.Provider` was told. */
export interface Account {
  readonly account: string;
  readonly region: string;
  readonly profile?: string;
  readonly roleArn?: string;
}

/** The SDK sends whatever is no text as JSON. */
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(schema);

const configurationSchema = z.object({
  region: z.string(),
  profile: z.string().optional(),
  allowedAccountIds: json(z.array(z.string())),
  assumeRoles: json(z.array(z.object({ roleArn: z.string() }))).optional(),
});

/**
 * Credentials are those of the profile, or of the role that is assumed with them; `profiles` says whose they are, under
 * `default` without a profile.
 */
export function accountOf(configuration: unknown, profiles: Readonly<Record<string, string>>): Account {
  const { region, profile, allowedAccountIds, assumeRoles = [] } = configurationSchema.parse(configuration);
  const own = profiles[profile ?? "default"];
  if (own === undefined) throw new Error(`failed to get shared config profile, ${profile ?? "default"}`);
  const roleArn = assumeRoles.at(-1)?.roleArn;
  const account = roleArn?.split(":")[4] ?? own;
  if (!allowedAccountIds.includes(account)) throw new Error(`AWS account ID not allowed: ${account}`);
  return {
    account,
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(roleArn === undefined ? {} : { roleArn }),
  };
}
