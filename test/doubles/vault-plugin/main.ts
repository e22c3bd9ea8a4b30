import { main, type Provider } from "@pulumi/pulumi/provider";
import { VaultClient } from "../../../lab/vault/index.js";
import { diffOf, record, typeOf, unwrapSecrets, withChanges } from "../plugin.js";
import { kindOf } from "./kinds.js";

/**
 * A stand-in for Pulumi's Vault plugin, for the kinds of things that the program declares. It makes them for real, in
 * the Vault of VAULT_ADDR with VAULT_TOKEN, and records each call. It proves what the program declares and in which
 * order, and nothing about the official plugin.
 */

function vault(): VaultClient {
  const { VAULT_ADDR, VAULT_TOKEN } = process.env;
  if (VAULT_ADDR === undefined || VAULT_TOKEN === undefined) throw new Error("VAULT_ADDR or VAULT_TOKEN is not set");
  return new VaultClient(VAULT_ADDR, VAULT_TOKEN);
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
    await kind.create(vault(), plain);
    return { id: kind.idOf(plain), outs: inputs };
  },
  async read(id, urn, props) {
    record("read", urn, props);
    const drift = await kindOf(typeOf(urn)).drift(vault(), unwrapSecrets(props));
    if (drift === undefined) return { id: "" };
    const found = withChanges(props, drift);
    return { id, props: found, inputs: found };
  },
  async update(_id, urn, _olds, news) {
    record("update", urn, news);
    await kindOf(typeOf(urn)).update(vault(), unwrapSecrets(news));
    return { outs: news };
  },
  async delete(_id, urn, props) {
    record("delete", urn, props);
    await kindOf(typeOf(urn)).remove(vault(), unwrapSecrets(props));
  },
};

main(provider, process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
