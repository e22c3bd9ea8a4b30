import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/**
 * An argument that may be known only later: checked now where it is known, and else as soon as it is, before anybody
 * uses it. `what` names it in that error.
 */
export function eventual(what: string, rule: z.ZodType<string>) {
  const mistakesIn = (value: unknown) => rule.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
  return z
    .custom<pulumi.Input<string>>()
    .superRefine((value, context) => {
      if (pulumi.Output.isInstance(value) || value instanceof Promise) return;
      for (const message of mistakesIn(value)) context.addIssue({ code: "custom", message });
    })
    .transform((value) =>
      pulumi.output(value).apply((known) => {
        const mistakes = mistakesIn(known);
        if (mistakes.length > 0) throw new pulumi.RunError(`${what}: ${mistakes.join("; ")}`);
        return known;
      }),
    );
}
