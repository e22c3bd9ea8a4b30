import { RunError } from "@pulumi/pulumi";
import type { z } from "zod";

/**
 * A component's arguments, checked before anything is declared: all mistakes at once, each with its path and the rule.
 * `what` names the component in the error. Values are left out of the error, because they may be secret.
 */
export function checkArguments<S extends z.ZodType>(what: string, schema: S, args: unknown): z.output<S> {
  const result = schema.safeParse(args);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  // Of an InputPropertiesError that a program throws, Pulumi shows a stack and not the properties.
  throw new RunError(`${what} has ${mistakes.length} mistake(s)\n${mistakes.join("\n")}`);
}
