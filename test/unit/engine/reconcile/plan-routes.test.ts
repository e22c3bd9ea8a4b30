import { describe, expect, it } from "vitest";
import { blockers, moved, steps, unmoved, without } from "./planned.js";

describe("routes", () => {
  const at = (state: string) => ({ name: state, state });

  it("lead to the primary from where they are held, set by nobody, or left behind", () => {
    const routes = [at("held"), at("elsewhere"), at("unset"), at("a"), at("b")];
    expect(steps(unmoved({ a: null, b: "a" }), { routes })).toEqual(["held to a", "unset to a", "b to a"]);
    expect(steps(moved({ a: null, b: "a" }), { routes })).toEqual([
      "held to a",
      "elsewhere to a",
      "unset to a",
      "b to a",
    ]);
  });

  it("stay where a server that does not answer may have become the primary meanwhile", () => {
    const observed = without(moved({ a: null, b: "a", c: "a" }), "c");
    for (const state of ["c", "standby"]) {
      expect(steps(observed, { routes: [at(state)] })).toEqual([]);
      expect(blockers(observed, { routes: [at(state)] })).toEqual([
        expect.stringMatching(`^traffic-route: .*${state}`),
      ]);
    }
    expect(steps(observed, { routes: [at("c")], without: ["c"] })).toEqual(["c to a"]);
  });

  it("leave the server that the primary itself has replaced", () => {
    const observed = without(moved({ a: null, b: "a" }), "b");
    expect(steps(observed, { routes: [at("b")] })).toEqual(["b to a"]);
  });
});
