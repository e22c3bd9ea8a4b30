import * as pulumi from "@pulumi/pulumi";

/** Names of the encrypted keys, as JSON: Pulumi gives them to the program in its environment. */
const SECRET_KEYS = "PULUMI_CONFIG_SECRET_KEYS";

/**
 * A secret that need not be given: empty then. Pulumi.yaml cannot say so, because a secret with a default would have to
 * have it encrypted; so one that is set in clear text is refused here.
 */
export function optionalSecret(config: pulumi.Config, key: string): pulumi.Output<string> {
  const name = `${config.name}:${key}`;
  const isSet = (config.get(key) ?? "") !== "";
  const encrypted: unknown = JSON.parse(process.env[SECRET_KEYS] || "[]");
  if (isSet && Array.isArray(encrypted) && !encrypted.includes(name)) {
    throw new pulumi.RunError(`${name} is set in clear text: set it with \`pulumi config set --secret ${name}\``);
  }
  return config.getSecret(key) ?? pulumi.secret("");
}
