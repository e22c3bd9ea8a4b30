import { appendFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { DiffResult } from "@pulumi/pulumi/provider";

/** What stand-ins for Pulumi's plugins have in common. */

export type Inputs = Readonly<Record<string, unknown>>;

const SECRET_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270";

/** Without the wrappers that Pulumi puts around secrets, at any depth. */
export function unwrapSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (SECRET_KEY in value && "value" in value) return unwrapSecrets(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unwrapSecrets(member)]));
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

/** Appends `CALL TYPE NAME` to the file that GTID_FERRY_PLUGIN_RECORD names. */
export function record(call: string, urn: string): void {
  const path = process.env.GTID_FERRY_PLUGIN_RECORD;
  if (path !== undefined) appendFileSync(path, `${call} ${urn.split("::").slice(2).join(" ")}\n`);
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
