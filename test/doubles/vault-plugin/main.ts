import { main, type Provider } from "@pulumi/pulumi/provider";
import type { VaultClient } from "../../../lab/vault/index.js";
import { diffOf, type Inputs, record, typeOf, unwrapSecrets, withChanges } from "../plugin.js";
import { onConfigure } from "../plugin-configuration.js";
import { openVault } from "./client.js";
import { kindOf } from "./kinds.js";

/**
 * A stand-in for Pulumi's Vault plugin, for the kinds of things that the program declares. It makes them for real, in the
 * Vault that the provider was told, by the official plugin's own rules (test/contracts/vault-plugin.test.ts), and records
 * each call.
 */

let configuration: Inputs | undefined;
onConfigure((given) => {
  configuration = given;
});

let opened: Promise<VaultClient> | undefined;

/** At the first use of Vault, as the plugin has it: its token ends a lease after that. */
function vault(): Promise<VaultClient> {
  opened ??= openVault(unwrapSecrets(configuration), process.env);
  return opened;
}

const provider: Provider = {
  version: "7.8.0",
  async check(_urn, _olds, news) {
    return { inputs: news };
  },
  async diff(_id, urn, olds, news) {
    return diffOf(olds, news, kindOf(typeOf(urn)).identity);
  },
  async create(urn, inputs) {
    record("create", urn, inputs);
    const [kind, plain] = [kindOf(typeOf(urn)), unwrapSecrets(inputs)];
    await kind.create(await vault(), plain);
    return { id: kind.idOf(plain), outs: inputs };
  },
  async read(id, urn, props) {
    record("read", urn, props);
    const drift = await kindOf(typeOf(urn)).drift(await vault(), unwrapSecrets(props));
    if (drift === undefined) return { id: "" };
    const found = withChanges(props, drift);
    return { id, props: found, inputs: found };
  },
  async update(_id, urn, _olds, news) {
    record("update", urn, news);
    await kindOf(typeOf(urn)).update(await vault(), unwrapSecrets(news));
    return { outs: news };
  },
  async delete(_id, urn, props) {
    record("delete", urn, props);
    await kindOf(typeOf(urn)).remove(await vault(), unwrapSecrets(props));
  },
};

main(provider, process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
