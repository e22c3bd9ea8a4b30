import { expect, it } from "vitest";
import { finalRolesProblem } from "../../../../engine/cutover/final-roles.js";

const target = { isPrimary: true, seen: "target is the primary and accepts writes" };
const route = (state: string) => ({ name: "proxy", state });

it.each(["target", "source", "held", "elsewhere", "unset"])("leads a route that is at %s to the target", (state) => {
  expect(finalRolesProblem({ target, routes: [route(state)] })).toBeUndefined();
});

it("leads nothing away from the replica that a failover has made the primary", () => {
  const problem = finalRolesProblem({ target, routes: [route("target"), route("standby")] });
  expect(problem?.message).toContain("it leads to standby: a failover or a switchover has made that the primary");
  expect(problem?.message).toContain("ferry switchover --to target");
});

it("leads nothing to a target that is not the primary", () => {
  const former = { isPrimary: false, seen: "target is read-only" };
  expect(finalRolesProblem({ target: former, routes: [route("unset")] })?.message).toContain("target is read-only");
});
