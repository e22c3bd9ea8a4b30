import { describe, expect, it } from "vitest";
import { refuseAccountChange } from "../../../../engine/preparation/index.js";

const before = {
  source: { host: "10.20.1.5", port: 3306, user: "admin", password: "secret", tls: { mode: "disabled" } },
  replicationAccount: { user: "repl", host: "10.%" },
} as const;

describe("refuseAccountChange", () => {
  it.each([
    ["another name", { user: "other", host: "10.%" }],
    ["another host", { user: "repl", host: "10.20.%" }],
  ])("refuses %s while servers replicate with the present one, and lets it pass before", (_what, wanted) => {
    expect(() => refuseAccountChange(before, wanted, true)).toThrow(/source and target replicate as repl@10\.%/);
    expect(() => refuseAccountChange(before, wanted, false)).not.toThrow();
  });

  it("has nothing against the account that there is", () => {
    expect(() => refuseAccountChange(before, { user: "repl", host: "10.%" }, true)).not.toThrow();
  });
});
