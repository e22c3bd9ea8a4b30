import * as pulumi from "@pulumi/pulumi";

/**
 * Stands for a dynamic resource where only its registration is of interest: Pulumi cannot serialize a provider whose
 * imports vitest has rewritten.
 */
export function plainResource(type: string) {
  return class extends pulumi.CustomResource {
    constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
      super(type, name, args, opts);
    }
  };
}
