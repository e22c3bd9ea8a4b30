import { resolve } from "node:path";
import { z } from "zod";

/** Kinds of values in a stack's configuration, which are all texts. */

export const port = z.coerce.number().int().min(1).max(65_535);
export const seconds = z.coerce.number().int().min(0);
export const flag = z.enum(["true", "false"]).transform((value) => value === "true");
export const text = z.string().min(1);
/** Empty stands for "not given": Pulumi.yaml has no other way to declare an optional text. */
export const optional = z.string().transform((value) => (value === "" ? undefined : value));
export const path = text.transform((value) => resolve(value));
export const optionalPath = optional.transform((value) => (value === undefined ? undefined : resolve(value)));

export const json = z.string().transform((value, context): unknown => {
  try {
    return JSON.parse(value);
  } catch (error) {
    context.addIssue({ code: "custom", message: `wanted JSON: ${error instanceof Error ? error.message : error}` });
    return z.NEVER;
  }
});

/** JSON that follows `rule`, or empty for "not given". */
export function optionalJson<S extends z.ZodType>(rule: S) {
  return optional.pipe(json.pipe(rule).optional());
}
