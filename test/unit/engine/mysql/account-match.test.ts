import { describe, expect, it } from "vitest";
import { type LoginAttempt, matchAccount } from "../../../../engine/mysql/index.js";

const accountsOf = (...names: string[]) =>
  names.map((name) => ({ user: name.slice(0, name.lastIndexOf("@")), host: name.slice(name.lastIndexOf("@") + 1) }));

const fromLoopback = (user: string, resolves: boolean): LoginAttempt => ({
  user,
  ip: "127.0.0.1",
  hostNames: resolves ? ["localhost"] : [],
});

describe("matchAccount", () => {
  it.each([
    // An anonymous account shadows a named one with a less specific host, where the address has a name.
    [["admin@%", "@localhost"], fromLoopback("admin", true), "@localhost"],
    [["admin@%", "@localhost"], fromLoopback("admin", false), "admin@%"],
    [["admin@127.0.0.1", "@localhost"], fromLoopback("admin", false), "admin@127.0.0.1"],
    [["admin@localhost", "@localhost"], fromLoopback("admin", true), "admin@localhost"],
    [["@127.0.0.1", "admin@localhost"], fromLoopback("admin", true), "@127.0.0.1"],
    [["@127.0.0.0/8", "admin@localhost"], fromLoopback("admin", true), "@127.0.0.0/8"],
    [["admin@%", "@%"], fromLoopback("admin", true), "admin@%"],
    [["admin@%", "admin@127.%", "admin@127.0.%"], fromLoopback("admin", true), "admin@127.0.%"],
    [["admin@127.0.0.0/255.0.0.0", "admin@127.0.0.%"], fromLoopback("admin", true), "admin@127.0.0.0/255.0.0.0"],
    [["admin@127.0.0.0/8", "admin@127.0.0.0/24"], fromLoopback("admin", true), "admin@127.0.0.0/24"],
    [["admin@127.0.0.0/24", "admin@127.0.0.0/255.255.255.0"], fromLoopback("admin", true), "admin@127.0.0.0/24"],
    [["admin@10.0.0.0/8"], fromLoopback("admin", true), undefined],
    [["admin@", "admin@%"], fromLoopback("admin", true), "admin@%"],
    [["other@%"], fromLoopback("admin", true), undefined],
    [["admin@LOCALHOST"], fromLoopback("admin", true), "admin@LOCALHOST"],
    [["admin@db_.example"], { user: "admin", ip: "10.0.0.1", hostNames: ["db1.example"] }, "admin@db_.example"],
  ])("of %o for %o takes %s", (names, attempt, expected) => {
    const match = matchAccount(accountsOf(...names), attempt);
    expect(match && `${match.user}@${match.host}`).toBe(expected);
  });
});
