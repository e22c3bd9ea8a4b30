import * as pulumi from "@pulumi/pulumi";
import { loadConfiguration } from "./components/configuration";
import { Migration } from "./components/migration";
import { openPlatform } from "./components/open-platform";
import { optionalSecret } from "./components/optional-secret";

const config = new pulumi.Config();
const configuration = loadConfiguration((key) => config.get(key));
const secrets = {
  sourcePassword: config.requireSecret("sourcePassword"),
  sourceHostAccess: optionalSecret(config, "sourceHostAccess"),
  backupSecretAccessKey: optionalSecret(config, "backupSecretAccessKey"),
  vaultToken: optionalSecret(config, "vaultToken"),
  vaultWriterPassword: optionalSecret(config, "vaultWriterPassword"),
};
const platform = openPlatform(configuration, secrets);

export = new Migration(configuration.database, configuration, secrets, platform).outputs;
