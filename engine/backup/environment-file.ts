const NAME = /^[A-Z][A-Z0-9_]*$/;

/** `KEY='value'` lines that a shell sources; keys without a value are left out. May hold secrets: write it with mode 0600. */
export function environmentFile(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${checkedName(name)}=${quoteShellValue(value)}\n`]))
    .join("");
}

/** Quotes a value for a POSIX shell, which then takes it literally. */
export function quoteShellValue(value: string): string {
  if (value.includes("\0")) throw new Error("a shell value cannot hold a NUL character");
  return `'${value.replaceAll("'", "'\\''")}'`;
}

function checkedName(name: string): string {
  if (!NAME.test(name)) throw new Error(`not the name of a parameter: ${JSON.stringify(name)}`);
  return name;
}
