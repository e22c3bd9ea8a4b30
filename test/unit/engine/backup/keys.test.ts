import { describe, expect, it } from "vitest";
import { backupIdOf, backupKeys } from "../../../../engine/backup/keys.js";

describe("backupKeys", () => {
  it.each(["backups", "/backups/", "backups/"])("puts a backup under the prefix %j", (prefix) => {
    expect(backupKeys(prefix, "shop", "2026-01-31")).toEqual({
      object: "backups/shop/2026-01-31/archive.zst",
      manifest: "backups/shop/2026-01-31/manifest.json",
    });
  });

  it("needs no prefix", () => {
    expect(backupKeys("", "shop", "b1").manifest).toBe("shop/b1/manifest.json");
  });

  it.each(["", "..", "a/b", "it's", "a b", "-x"])("refuses the id %j", (id) => {
    expect(() => backupKeys("p", "shop", id)).toThrow("backupId is");
  });
});

describe("backupIdOf", () => {
  it("reads the id back", () => {
    expect(backupIdOf(backupKeys("a/b", "shop", "b.1_2-3").manifest)).toBe("b.1_2-3");
  });

  it.each(["manifest.json", "a/b/archive.zst", "a/../manifest.json"])("refuses %j", (key) => {
    expect(() => backupIdOf(key)).toThrow("not the key of a manifest");
  });
});
