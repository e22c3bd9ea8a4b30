/** A long option of a program that reads its command line by getopt_long(3). */
export interface LongOption {
  readonly name: string;
  readonly argument: "none" | "optional" | "required";
  readonly short?: string;
}

/** What getopt_long() says; the program decides the exit code. */
export class GetoptError extends Error {}

/**
 * Reads options up to the first word that is none (a `+` in the program's list of short ones). The beginning of a name
 * will do where it is one option's only.
 */
export function getoptLong(program: string, words: readonly string[], options: readonly LongOption[]) {
  const given: { readonly name: string; readonly value: string | undefined }[] = [];
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") {
      at += 1;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    const isLong = word.startsWith("--");
    const [label = "", ...rest] = isLong ? word.slice(2).split("=") : [word.slice(1, 2)];
    const inline = isLong ? (word.includes("=") ? rest.join("=") : undefined) : word.slice(2) || undefined;
    const option = isLong ? byName(program, word, label, options) : options.find(({ short }) => short === label);
    if (option === undefined) {
      throw new GetoptError(
        isLong ? `${program}: unrecognized option '--${label}'` : `${program}: invalid option -- '${label}'`,
      );
    }
    if (option.argument === "none" && inline !== undefined) {
      throw new GetoptError(`${program}: option '--${option.name}' doesn't allow an argument`);
    }
    let value = inline;
    if (option.argument === "required" && value === undefined) {
      at += 1;
      value = words[at];
      if (value === undefined) throw new GetoptError(`${program}: option '--${option.name}' requires an argument`);
    }
    given.push({ name: option.name, value });
  }
  return { given, rest: words.slice(at) };
}

function byName(program: string, word: string, label: string, options: readonly LongOption[]): LongOption | undefined {
  const exact = options.find(({ name }) => name === label);
  if (exact !== undefined) return exact;
  const begun = options.filter(({ name }) => name.startsWith(label));
  if (begun.length < 2) return begun[0];
  throw new GetoptError(`${program}: option '${word}' is ambiguous`);
}
