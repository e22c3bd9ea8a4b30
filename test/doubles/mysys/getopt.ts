/** One row of a table of options (struct my_option). */
export interface OptionRule {
  readonly name: string;
  /** `boolean` takes `=1`, `=0` and their names too; `none` takes nothing at all. */
  readonly argument: "none" | "boolean" | "optional" | "required";
  readonly isNumber?: boolean;
  /** Lower case; no other argument is taken. */
  readonly values?: readonly string[];
}

/** Why a command line is not taken, as MySQL's own parser says it. */
export class OptionError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** mysql-server include/my_getopt.h, and the codes of mysys/my_getopt.cc. */
const EXIT = { unknown: 2, ambiguous: 3, noArgumentAllowed: 4, argumentRequired: 5, unknownVariable: 7, invalid: 13 };

export interface Parsed {
  readonly values: ReadonlyMap<string, string>;
  /** In the order in which they came. */
  readonly recognized: readonly string[];
  /** What is not of this table. */
  readonly rest: readonly string[];
}

const SUFFIXED_NUMBER = /^-?\d+[kKmMgGtTpPeE]?$/;
const PREFIXES = ["skip", "disable", "enable", "maximum", "loose"] as const;

/**
 * Reads long options as my_handle_options() does (mysql-server mysys/my_getopt.cc): `-` and `_` are the same in a name,
 * the beginning of a name will do where it is one option's only, `--name value` where an argument is required. What the
 * table lacks stays in `rest` with `skipUnknown`, and is an OptionError without. Short options are not read: no caller of
 * the doubles uses any.
 */
export function parseOptions(words: readonly string[], table: readonly OptionRule[], skipUnknown: boolean): Parsed {
  const values = new Map<string, string>();
  const recognized: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!word.startsWith("--")) {
      rest.push(word);
      continue;
    }
    const found = findOption(word, table);
    if (found === undefined) {
      if (skipUnknown) rest.push(word);
      else if (!word.startsWith("--loose-")) throw unknown(word);
      continue;
    }
    const { option, given, isOff } = found;
    let value = isOff ? "0" : given;
    if (value === undefined && option.argument === "required") {
      at += 1;
      value = words[at];
      if (value === undefined)
        throw new OptionError(`option '--${option.name}' requires an argument`, EXIT.argumentRequired);
    }
    values.set(option.name, checkedValue(option, value));
    recognized.push(`--${option.name}${value === undefined ? "" : `=${value}`}`);
  }
  return { values, recognized, rest };
}

function unknown(word: string): OptionError {
  const isVariable = word.includes("=");
  return isVariable
    ? new OptionError(`unknown variable '${word.slice(2)}'.`, EXIT.unknownVariable)
    : new OptionError(`unknown option '${word}'.`, EXIT.unknown);
}

function findOption(word: string, table: readonly OptionRule[]) {
  const [name = "", ...value] = word.slice(2).split("=");
  const given = word.includes("=") ? value.join("=") : undefined;
  const option = byName(name, table);
  if (option !== undefined) return { option, given, isOff: false };
  for (const prefix of PREFIXES) {
    if (!normal(name).startsWith(`${prefix}_`)) continue;
    const rest = byName(name.slice(prefix.length + 1), table);
    if (rest !== undefined) return { option: rest, given, isOff: prefix === "skip" || prefix === "disable" };
  }
  return undefined;
}

function byName(name: string, table: readonly OptionRule[]): OptionRule | undefined {
  const wanted = normal(name);
  const exact = table.find((option) => normal(option.name) === wanted);
  if (exact !== undefined) return exact;
  const begun = table.filter((option) => wanted !== "" && normal(option.name).startsWith(wanted));
  if (begun.length < 2) return begun[0];
  const [first, second] = begun.map((option) => option.name);
  throw new OptionError(`ambiguous option '--${name}' (${first}, ${second})`, EXIT.ambiguous);
}

export function normal(name: string): string {
  return name.replaceAll("-", "_");
}

function checkedValue(option: OptionRule, value: string | undefined): string {
  const { name, argument, isNumber = false, values } = option;
  if (argument === "none" && value !== undefined) {
    throw new OptionError(`option '--${name}' cannot take an argument`, EXIT.noArgumentAllowed);
  }
  // What is no boolean counts as off, with a warning.
  if (argument === "boolean") return /^(1|on|true)$/i.test(value ?? "1") ? "1" : "0";
  if (isNumber && value !== undefined && !SUFFIXED_NUMBER.test(value)) {
    throw new OptionError(
      `Unknown suffix '${value.replace(/^-?\d*/, "")[0]}' used for variable '${name}' (value '${value}').`,
      EXIT.invalid,
    );
  }
  if (values !== undefined && value !== undefined && !values.includes(value.toLowerCase())) {
    throw new OptionError(`Invalid --${name} argument: ${value}`, EXIT.invalid);
  }
  return value ?? "";
}
