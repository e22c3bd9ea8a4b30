import { main, type Provider } from "@pulumi/pulumi/provider";
import { diffOf, type Inputs, record, typeOf, unwrapSecrets } from "../plugin.js";
import { kindOf } from "./kinds.js";

/**
 * A stand-in for Pulumi's command plugin, for remote commands and copies. It runs and copies them for real, over SSH, by
 * the official plugin's own rules (test/contracts/command-plugin.test.ts), and records each call.
 */

const COMPUTED: readonly string[] = ["stdout", "stderr"];

function inputsOf(properties: Inputs): Inputs {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !COMPUTED.includes(key)));
}

const plain = (properties: Inputs) => unwrapSecrets(inputsOf(properties));

let made = 0;

const provider: Provider = {
  version: "1.2.1",
  async check(_urn, _olds, news) {
    return { inputs: news };
  },
  async diff(_id, _urn, olds, news) {
    return { ...diffOf(inputsOf(olds), news, ["triggers"]), deleteBeforeReplace: false };
  },
  async create(urn, inputs) {
    record("create", urn, inputs);
    const outputs = await kindOf(typeOf(urn)).create(plain(inputs));
    made += 1;
    return { id: `${process.pid}-${made}`, outs: { ...inputs, ...outputs } };
  },
  async update(_id, urn, olds, news) {
    record("update", urn, news);
    const outputs = await kindOf(typeOf(urn)).update(plain(olds), plain(news));
    return { outs: { ...olds, ...news, ...outputs } };
  },
  async delete(_id, urn, props) {
    record("delete", urn, props);
    await kindOf(typeOf(urn)).remove(plain(props));
  },
};

main(provider, process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
