/**
 * What a migration does about one server variable. `carried`: the target gets the source's value in its settings, because
 * with another one applications would get other results, errors or rights. `compared`: it should be the same and cannot be
 * handed over, so a difference is a finding. `irrelevant`: each server has its own.
 */
export type VariablePolicy =
  | { readonly kind: "carried"; readonly why: string; readonly option?: string }
  | { readonly kind: "compared"; readonly why: string; readonly severity: "warning" | "blocker" }
  | { readonly kind: "irrelevant"; readonly why: string };

/** Variables that share a policy and its reason; names are separated by white space. */
export interface VariableGroup {
  /** Ends the sentence "because ...": what another value would do, or why it may differ. */
  readonly why: string;
  readonly names: string;
}

export interface ComparedGroup extends VariableGroup {
  /** How bad a difference is. @default "warning" */
  readonly severity?: "blocker";
}

export function namesOf({ names }: VariableGroup): string[] {
  return names.split(/\s+/).filter((name) => name !== "");
}
