import * as pulumi from "@pulumi/pulumi";

/** The value, known only once all of these exist: whoever uses it waits for them. */
export function readyWith<T>(value: pulumi.Input<T>, needed: readonly pulumi.CustomResource[]): pulumi.Output<T> {
  const ids = pulumi.all(needed.map(({ id }) => id));
  return pulumi.all([pulumi.output(value), ids]).apply(([known]) => known) as pulumi.Output<T>;
}
