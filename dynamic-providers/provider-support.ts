import type { dynamic, Input } from "@pulumi/pulumi";

/**
 * Helpers for provider shells. A shell is serialized into the state, so nothing here may import anything at run time or
 * keep a class, a Map or other state: plain functions and constants only.
 */

/** The same fields, each of which may not be known yet. */
export type InputsOf<T> = { [Key in keyof T]: Input<NonNullable<T[Key]>> };

/**
 * Tells in a preview what creating a resource will do; says nothing of one that exists, nor of what is not known yet.
 * `olds` are the old inputs, empty for a new resource.
 */
export function reportPlan(olds: object, steps: readonly string[]): void {
  if (Object.keys(olds).length > 0) return;
  for (const step of steps.filter((text) => !text.includes(UNKNOWN))) report(`plan: ${step}`);
}

/** What stands for an unknown value in a preview (pulumi.runtime.unknownValue). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Pulumi shows nothing but the message, so the message of a plain Error has to be all the user needs. */
export function toProviderError(error: unknown): Error {
  return new Error(error instanceof Error ? error.message : String(error));
}

/**
 * A provider's `check`: what `work` throws is why the inputs cannot be taken. It names no property: of a property that is
 * named, Pulumi prints the value too, of a secret one as well.
 */
export async function checked<Inputs>(inputs: Inputs, work: () => Promise<void>): Promise<dynamic.CheckResult<Inputs>> {
  try {
    await work();
    return { inputs };
  } catch (error) {
    return { inputs, failures: [{ property: "", reason: toProviderError(error).message }] };
  }
}

/** Runs a provider's work; what it throws is what `explain` makes of it. */
export async function guarded<T>(work: () => Promise<T>, explain = toProviderError): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error);
  }
}

/**
 * What `create` throws: when something exists already, the id and the properties go to the state, so that the next `up`
 * goes on and `destroy` cleans up. `partial` is what the engine says has to be remembered.
 */
export function toCreateError(error: unknown, id: string, inputs: object): Error {
  const plain = toProviderError(error);
  if (typeof error !== "object" || error === null || !("partial" in error)) return plain;
  return Object.assign(plain, {
    id,
    properties: { ...inputs, ...(error.partial as object) },
    reasons: [plain.message],
  });
}

/** Whether a value holds something that a preview does not know yet, at any depth. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/** Deep equality of JSON values; a key that is absent equals one that is undefined. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left: Record<string, unknown> = { ...a };
  const right: Record<string, unknown> = { ...b };
  return Object.keys({ ...left, ...right }).every((key) => sameJson(left[key], right[key]));
}

/** What a change of an input does: replaces the real thing, updates it in place, or is only noted in the state. */
export type ChangeEffect = "replace" | "update";

/**
 * Compares old outputs with new inputs by a table of effects. A shell whose own code changed is an update too: else
 * the state keeps calling the old one. `hasDrifted` is what `refresh` found out.
 */
export function diffByTable(
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
  effects: Readonly<Record<string, ChangeEffect>>,
  hasDrifted: boolean,
): dynamic.DiffResult {
  const changed = Object.keys(effects).filter((key) => hasUnknown(news[key]) || !sameJson(olds[key], news[key]));
  const hasNewShell = olds.__provider !== news.__provider;
  return {
    changes: changed.length > 0 || hasNewShell || hasDrifted,
    replaces: changed.filter((key) => effects[key] === "replace"),
    deleteBeforeReplace: true,
  };
}

/** What `read` returns when the real thing is not there any more. */
export const GONE: dynamic.ReadResult = { id: "" };

/** Only `pulumi import` reads without properties, and Pulumi has none for dynamic resources. */
export function noImport(): Error {
  return new Error("a dynamic resource cannot be imported: let `pulumi up` find what exists");
}

/**
 * Prints a line live in `pulumi up` and `pulumi preview`. Pulumi leaves this process behind when its CLI is killed; then
 * nobody can take the result, and Pulumi's own error handler would write to the broken pipe without end: so it ends here.
 */
export function report(line: string): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount("error") === 0) stream.once("error", () => process.exit(1));
  }
  console.log(line);
}
