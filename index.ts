import * as pulumi from "@pulumi/pulumi";
import { loadConfiguration } from "./components/configuration";
import { LocalMigration } from "./components/local-migration";

const config = new pulumi.Config();
const configuration = loadConfiguration((key) => config.get(key));
const migration = new LocalMigration(configuration.database, configuration, {
  sourcePassword: config.requireSecret("sourcePassword"),
  backupSecretAccessKey: config.getSecret("backupSecretAccessKey") ?? "",
});

export const phase = configuration.phase;
export const sourceUuid = migration.sourceUuid;
export const targetUuid = migration.replica?.target.serverUuid;
export const targetVersion = migration.replica?.target.version;
export const targetPort = migration.replica && configuration.targetPort;
export const backup = migration.replica?.backup.manifest;
export const restoreSeconds = migration.replica?.target.restoreSeconds;
export const replicationRunning = migration.replica?.channel.running;
export const errantTransactions = migration.replica?.channel.errant;
