import { Refusal } from "./flags.js";

export interface Mount {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

const SOURCES = ["source", "src"];
const TARGETS = ["target", "dst", "destination"];
const READ_ONLY = ["readonly", "ro"];
const KEYS = ["type", "bind-propagation", "bind-recursive", "consistency", ...SOURCES, ...TARGETS, ...READ_ONLY];

/** The value of --mount: a line of CSV of KEY=VALUE fields (docker/cli opts/mount.go MountOpt.Set()). */
export function parseMount(value: string): Mount {
  const refuse = (reason: string) => new Refusal(`invalid argument "${value}" for "--mount" flag: ${reason}`, 125);
  const found = new Map<string, string>();
  for (const field of csvFields(value)) {
    const equals = field.indexOf("=");
    const name = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    if (equals < 0 && !READ_ONLY.includes(name)) throw refuse(`invalid field '${field}' must be a key=value pair`);
    const text = equals < 0 ? "true" : field.slice(equals + 1);
    if (name.startsWith("volume-") || name.startsWith("tmpfs-")) {
      throw refuse(`cannot mix '${name.split("-")[0]}-*' options with mount type 'bind'`);
    }
    if (!KEYS.includes(name)) throw refuse(`unexpected key '${name}' in '${field}'`);
    if (READ_ONLY.includes(name) && !["1", "0", "true", "false"].includes(text)) {
      throw refuse(`invalid value for ${name}: ${text}`);
    }
    found.set(name, text);
  }
  const first = (names: readonly string[]) => names.map((name) => found.get(name)).find((text) => text !== undefined);
  const target = first(TARGETS);
  if (target === undefined) throw refuse("target is required");
  return {
    type: found.get("type") ?? "volume",
    source: first(SOURCES) ?? "",
    target,
    readOnly: ["1", "true"].includes(first(READ_ONLY) ?? ""),
  };
}

/** encoding/csv: a field in quotes may have commas, and quotes that are doubled. */
function csvFields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}
