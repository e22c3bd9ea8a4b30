import { shellQuote } from "../operation/index.js";

const NAME = /^[A-Z][A-Z0-9_]*$/;

/** `KEY=value` lines that a shell sources, quoted where it needs that; keys without a value are left out. May hold secrets: write it with mode 0600. */
export function environmentFile(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${checkedName(name)}=${shellQuote(value)}\n`]))
    .join("");
}

function checkedName(name: string): string {
  if (!NAME.test(name)) throw new Error(`not the name of a parameter: ${JSON.stringify(name)}`);
  return name;
}
