import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import type { Call } from "./tool.js";

/** keyring_components.cc knows these by the names of their files; 8.4 has Vault's too. */
const COMPONENTS = [
  "component_keyring_file",
  "component_keyring_kmip",
  "component_keyring_kms",
  "component_keyring_vault",
];

export interface Keyring {
  readonly component: string;
  /** Its configuration on the server's host. */
  readonly configuration?: string;
}

type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** keyring_init_online(): the SELECT is mandatory, with or without a keyring. */
export async function keyringOf(query: Query): Promise<Keyring | undefined> {
  const rows = await query(
    "SELECT lower(STATUS_KEY) AS name, STATUS_VALUE AS value FROM performance_schema.keyring_component_status",
  );
  const [first] = rows;
  return first?.name === "component_name" ? { component: String(first.value) } : undefined;
}

/** check_component_config_file(), and the component's own start: the tool opens the server's keys itself. */
export function checkKeyringForBackup(call: Call, keyring: Keyring, serverPluginDirectory: string): void {
  const configuration = join(serverPluginDirectory, `${keyring.component}.cnf`);
  if (!existsSync(configuration)) call.log.error(`Error reading ${keyring.component} config file`);
  openKeyring(call, keyring.component, configuration);
  Object.assign(keyring, { configuration });
}

/**
 * keyring_init_offline(): what --component-keyring-config names must be called like its component; without it the
 * configuration that came with the backup is taken, with the source's path in it.
 */
export function checkKeyringForPrepare(call: Call, needed: string | undefined, backup: string): void {
  const given = call.option("component-keyring-config");
  if (given !== undefined) {
    const component = COMPONENTS.find((name) => basename(given) === `${name}.cnf` && existsSync(given));
    if (component === undefined) {
      call.log.error(`Unable to read ${given} passed as --component-keyring-config parameter`);
    }
    openKeyring(call, component, given);
    if (needed !== undefined && needed !== component) noKey(call);
    return;
  }
  if (needed === undefined) return;
  const carried = join(backup, `${needed}.cnf`);
  if (!existsSync(carried)) noKey(call);
  openKeyring(call, needed, carried);
}

const configurationSchema = z.object({ path: z.string().optional() });

function openKeyring(call: Call, component: string, configuration: string): void {
  const pluginDirectory = call.option("xtrabackup-plugin-dir");
  if (pluginDirectory !== undefined && !existsSync(join(pluginDirectory, `${component}.so`))) {
    call.log.error(`Cannot load component from specified URN: 'file://${component}'.`);
  }
  if (component !== "component_keyring_file") return;
  const { path } = configurationSchema.parse(JSON.parse(readFileSync(configuration, "utf8")));
  if (path === undefined || !existsSync(path)) noKey(call);
}

function noKey({ log }: Call): never {
  log.say("failed to init keyring component");
  return log.error("Encryption can't find master key, please check the keyring is loaded.");
}
