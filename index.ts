import * as pulumi from "@pulumi/pulumi";
import { loadConfiguration } from "./components/configuration";
import { Migration } from "./components/migration";
import { openPlatform } from "./components/open-platform";
import { optionalSecret } from "./components/optional-secret";

const config = new pulumi.Config();
const configuration = loadConfiguration((key) => config.get(key));
const secrets = {
  sourcePassword: config.requireSecret("sourcePassword"),
  backupSecretAccessKey: optionalSecret(config, "backupSecretAccessKey"),
};
const platform = openPlatform(configuration, secrets, optionalSecret(config, "sourceHostAccess"));

export = new Migration(configuration.database, configuration, secrets, platform).outputs;
