import { z } from "zod";
import { VaultClient, VaultRefusal } from "../../../lab/vault/index.js";

const DEFAULT_LEASE_SECONDS = 1200;

/** The provider's arguments, as far as the program gives them; Pulumi's SDK sends whatever is no text as JSON. */
const configurationSchema = z.strictObject({
  address: z.string(),
  token: z.string().optional(),
  maxLeaseTtlSeconds: z.coerce.number().optional(),
  caCertFile: z.string().optional(),
  /** Of connections, of which those to a Vault on this machine need none. */
  maxRetries: z.coerce.number().optional(),
  version: z.string().optional(),
});

const childToken = z.object({ auth: z.object({ client_token: z.string() }) });

/**
 * Vault as the plugin works with it: by a child of the token that it was given, which ends after the lease and cannot be
 * renewed (terraform-provider-vault internal/provider/meta.go setClient(), createChildToken()).
 */
export async function openVault(
  configuration: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<VaultClient> {
  const given = configurationSchema.parse(configuration);
  // What is empty counts as not given.
  const address = given.address || environment.VAULT_ADDR;
  const token = given.token || environment.VAULT_TOKEN;
  const seconds = given.maxLeaseTtlSeconds || Number(environment.TERRAFORM_VAULT_MAX_TTL) || DEFAULT_LEASE_SECONDS;
  if (!address) throw new Error("failed to configure Vault address");
  if (!token) throw new Error("no vault token set on Client");
  const parent = new VaultClient(address, token);
  await refusedAs("failed to lookup token, err=", parent.request("GET", "auth/token/lookup-self"));
  const ttl = `${seconds}s`;
  const body = { display_name: "terraform", ttl, explicit_max_ttl: ttl, renewable: false };
  const answer = await refusedAs(
    "failed to create limited child token: ",
    parent.request("POST", "auth/token/create", body),
  );
  return new VaultClient(address, childToken.parse(answer).auth.client_token);
}

async function refusedAs<T>(prefix: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof VaultRefusal) throw new Error(`${prefix}${error.message}`, { cause: error });
    throw error;
  }
}
