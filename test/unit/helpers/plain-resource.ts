import * as pulumi from "@pulumi/pulumi";

/**
 * Stands for a dynamic resource where only its registration is of interest: Pulumi cannot serialize a provider whose
 * imports vitest has rewritten. `outputs` are names of what it has beside its inputs.
 */
export function plainResource(type: string, ...outputs: readonly string[]) {
  const computed = Object.fromEntries(outputs.map((name) => [name, undefined]));
  return class extends pulumi.CustomResource {
    constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
      super(type, name, { ...computed, ...args }, opts);
    }
  };
}
