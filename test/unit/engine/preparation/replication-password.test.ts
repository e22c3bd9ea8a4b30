import { describe, expect, it } from "vitest";
import { generateReplicationPassword } from "../../../../engine/preparation/replication-password.js";

describe("generateReplicationPassword", () => {
  it("fits SOURCE_PASSWORD and holds all four classes of characters, never twice the same", () => {
    const passwords = Array.from({ length: 200 }, generateReplicationPassword);
    for (const password of passwords) {
      expect(password).toMatch(/^[A-Za-z0-9\-_.+!]{32}$/);
      for (const wanted of [/[A-Z]/, /[a-z]/, /[0-9]/, /[-_.+!]/]) expect(password).toMatch(wanted);
    }
    expect(new Set(passwords).size).toBe(passwords.length);
  });
});
