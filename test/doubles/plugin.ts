import { appendFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { DiffResult } from "@pulumi/pulumi/provider";

/** What stand-ins for Pulumi's plugins have in common. */

export type Inputs = Readonly<Record<string, unknown>>;

const SECRET_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270";

/** Without the wrappers that Pulumi puts around secrets, at any depth. */
export function unwrapSecrets(value: unknown): unknown {
  return mapSecrets(value, (secret) => secret);
}

function mapSecrets(value: unknown, map: (secret: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => mapSecrets(element, map));
  if (typeof value !== "object" || value === null) return value;
  if (SECRET_KEY in value && "value" in value) return map(mapSecrets(value.value, map));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapSecrets(member, map)]));
}

/** The properties with some changed; what was secret stays so. */
export function withChanges(properties: Inputs, changes: object): Inputs {
  const wrapped = Object.entries(changes).map(([key, value]) => {
    const was = properties[key];
    const isSecret = typeof was === "object" && was !== null && SECRET_KEY in was;
    return [key, isSecret ? { [SECRET_KEY]: SECRET_MARK, value } : value];
  });
  return { ...properties, ...Object.fromEntries(wrapped) };
}

export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** What a plugin says of one call; `test/helpers/recorded-calls.ts` reads it. */
export interface CallRecord {
  readonly call: string;
  /** Empty for what is asked of the plugin itself. */
  readonly urn: string;
  readonly inputs?: Inputs;
  /** For whom the plugin works, where that differs from instance to instance. */
  readonly provider?: Inputs;
}

/** Appends the call as a line of JSON to the file that GTID_FERRY_PLUGIN_RECORD names; secrets become `{secret: VALUE}`. */
export function record(call: string, urn: string, inputs?: Inputs, provider?: Inputs): void {
  const path = process.env.GTID_FERRY_PLUGIN_RECORD;
  if (path === undefined) return;
  const said = {
    call,
    urn,
    ...(inputs === undefined ? {} : { inputs: mapSecrets(inputs, (secret) => ({ secret })) as Inputs }),
    ...(provider === undefined ? {} : { provider }),
  } satisfies CallRecord;
  appendFileSync(path, `${JSON.stringify(said)}\n`);
}

/** Whatever differs is a change; one of `replacing` makes the resource anew. */
export function diffOf(olds: Inputs, news: Inputs, replacing: readonly string[]): DiffResult {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(unwrapSecrets(olds[key]), unwrapSecrets(news[key])));
  return {
    changes: changed.length > 0,
    replaces: changed.filter((key) => replacing.includes(key)),
    deleteBeforeReplace: true,
  };
}
