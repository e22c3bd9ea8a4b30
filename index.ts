import * as pulumi from "@pulumi/pulumi";
import { loadConfiguration } from "./components/configuration";
import { LocalMigration } from "./components/local-migration";

const config = new pulumi.Config();
const configuration = loadConfiguration((key) => config.get(key));
const migration = new LocalMigration(configuration.database, configuration, {
  sourcePassword: config.requireSecret("sourcePassword"),
  backupSecretAccessKey: config.getSecret("backupSecretAccessKey") ?? "",
});

export = migration.outputs;
