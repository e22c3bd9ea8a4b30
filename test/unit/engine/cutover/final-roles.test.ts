import { expect, it } from "vitest";
import { assertLeadable } from "../../../../engine/cutover/final-roles.js";

const target = { isPrimary: true, seen: "target is the primary and accepts writes" };
const route = (state: string) => ({ name: "proxy", state });

it.each(["target", "source", "held", "elsewhere", "unset"])("leads a route that is at %s to the target", (state) => {
  expect(() => assertLeadable({ target, routes: [route(state)] })).not.toThrow();
});

it("leads nothing away from the replica that a failover has made the primary", () => {
  const lead = () => assertLeadable({ target, routes: [route("target"), route("standby")] });
  expect(lead).toThrow("it leads to standby, as after a failover");
  expect(lead).toThrow("ferry switchover --to target");
});

it("leads nothing to a target that is not the primary", () => {
  const former = { isPrimary: false, seen: "target is read-only" };
  expect(() => assertLeadable({ target: former, routes: [route("unset")] })).toThrow("target is read-only");
});
