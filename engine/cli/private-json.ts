import { open } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { z } from "zod";
import { messageOf } from "../operation/index.js";
import { UsageError } from "./usage-error.js";

/** Pulumi's text for a secret that it was not asked to show. */
const MASKED = "[secret]";

/** Reads a secret stack output from a file that only its owner may use, or from standard input (`-`). */
export async function readPrivateText(file: string, output: string): Promise<string> {
  return file === "-" ? text(process.stdin) : readPrivate(file, output);
}

/** Checks the JSON text of the stack output `output`. Errors name keys and rules, never a value. */
export function parseOutput<T>(json: string, output: string, schema: z.ZodType<T>): T {
  if (json.trim() === "") throw new UsageError(`${output} is empty: did the command that writes them fail?`);
  const value = parseJson(json, output);
  if (value === MASKED) {
    throw new UsageError(`${output} is masked: give --show-secrets to pulumi stack output`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(({ path, message }) => `  ${[output, ...path].join(".")}: ${message}`);
  throw new UsageError(`${output} has ${mistakes.length} mistake(s)\n${mistakes.join("\n")}`);
}

function parseJson(json: string, output: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own message quotes the text, which may hold a password.
    throw new UsageError(`${output} is not JSON: wanted what pulumi stack output ${output} --json prints`);
  }
}

async function readPrivate(file: string, output: string): Promise<string> {
  const refuse = (error: unknown): never => {
    throw new UsageError(`cannot read ${output}: ${messageOf(error)}`);
  };
  const handle = await open(file).catch(refuse);
  try {
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) {
      const permissions = (mode & 0o777).toString(8).padStart(3, "0");
      throw new UsageError(
        `other users may use ${file} (mode ${permissions}), and ${output} has passwords: chmod 600 ${file}`,
      );
    }
    return await handle.readFile("utf8").catch(refuse);
  } finally {
    await handle.close();
  }
}
