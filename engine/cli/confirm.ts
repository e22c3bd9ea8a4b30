import { createInterface } from "node:readline/promises";
import { UsageError } from "./usage-error.js";

/**
 * Whether a change whose plan has been printed may be made: by `--yes`, or by a person's answer on a terminal. Without
 * either nobody could have agreed, which is an error.
 */
export async function isConfirmed(question: string, { yes }: { readonly yes?: true | undefined }): Promise<boolean> {
  if (yes === true) return true;
  if (!process.stdin.isTTY) throw new UsageError(`${question} Not on a terminal: give --yes to confirm.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
