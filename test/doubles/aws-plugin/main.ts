import { main, type Provider } from "@pulumi/pulumi/provider";
import { z } from "zod";
import { diffOf, type Inputs, record, typeOf, unwrapSecrets, withChanges } from "../plugin.js";
import { onConfigure } from "../plugin-configuration.js";
import { accountOf } from "./account.js";
import { Buckets } from "./buckets.js";
import { Cloud, type Thing } from "./cloud.js";
import type { Aws } from "./kind.js";
import { kindOf } from "./kinds.js";

/**
 * A stand-in for Pulumi's AWS plugin, for the kinds of things that the program declares, in as many accounts as it likes.
 * It keeps them in the directory GTID_FERRY_AWS_CLOUD, makes buckets for real in the S3 of GTID_FERRY_AWS_S3_ENDPOINT, if
 * that is set, and refuses what AWS would refuse. GTID_FERRY_AWS_PROFILES says as JSON which profile is in which account.
 * It records each call. It proves what the program declares, where and in which order, and nothing about the official
 * plugin, nor about AWS.
 */

const environmentSchema = z.object({
  GTID_FERRY_AWS_CLOUD: z.string(),
  GTID_FERRY_AWS_PROFILES: z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(z.record(z.string(), z.string())),
  GTID_FERRY_AWS_S3_ENDPOINT: z.string().optional(),
});

const { GTID_FERRY_AWS_CLOUD, GTID_FERRY_AWS_PROFILES, GTID_FERRY_AWS_S3_ENDPOINT } = environmentSchema.parse(
  process.env,
);

const plain = (properties: unknown) => unwrapSecrets(properties) as Inputs;

let configuration: Inputs | undefined;
onConfigure((given) => {
  configuration = given;
  record("configure", "", given);
});

/** Records the call, and gives what it works with; refused when the provider's configuration does not do. */
function begin(call: string, urn: string, inputs: Inputs): Aws {
  const account = accountOf(plain(configuration), GTID_FERRY_AWS_PROFILES);
  record(call, urn, inputs, { ...account });
  const endpoint = GTID_FERRY_AWS_S3_ENDPOINT;
  const buckets = endpoint === undefined ? {} : { buckets: new Buckets(endpoint, account.region) };
  return { ...account, ...buckets, cloud: new Cloud(GTID_FERRY_AWS_CLOUD) };
}

/** Those properties that are inputs. */
function inputsOf(urn: string, properties: Inputs): Inputs {
  const names = kindOf(typeOf(urn)).inputs;
  return Object.fromEntries(Object.entries(properties).filter(([key]) => names.includes(key)));
}

function thingOf(aws: Aws, id: string, urn: string, properties: Inputs): Thing {
  return { account: aws.account, region: aws.region, type: typeOf(urn), id, properties: plain(properties) };
}

const provider: Provider = {
  version: "7.48.0",
  async check(urn, _olds, news) {
    begin("check", urn, news);
    return { inputs: news };
  },
  async diff(_id, urn, olds, news) {
    begin("diff", urn, news);
    return diffOf(inputsOf(urn, olds), news, kindOf(typeOf(urn)).identity);
  },
  async create(urn, inputs) {
    const made = await kindOf(typeOf(urn)).create(begin("create", urn, inputs), plain(inputs));
    return { id: made.id, outs: { ...made.properties, ...inputs } };
  },
  async read(id, urn, props) {
    const aws = begin("read", urn, props);
    const known = thingOf(aws, id, urn, props);
    const { properties: _, ...place } = known;
    const [found] = await aws.cloud.find(place);
    const isThere = found !== undefined && (await kindOf(known.type).exists(aws, inputsOf(urn, known.properties)));
    if (!isThere) return { id: "" };
    const properties = withChanges(props, found.properties);
    return { id, props: properties, inputs: inputsOf(urn, properties) };
  },
  async update(id, urn, olds, news) {
    const aws = begin("update", urn, news);
    const changed = await kindOf(typeOf(urn)).update(aws, plain(news), thingOf(aws, id, urn, olds));
    return { outs: { ...changed.properties, ...news } };
  },
  async delete(id, urn, props) {
    const aws = begin("delete", urn, props);
    const thing = thingOf(aws, id, urn, props);
    await kindOf(thing.type).remove(aws, inputsOf(urn, thing.properties), thing);
  },
};

main(provider, process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
