import { describe, expect, it } from "vitest";
import { parseManifest } from "../../../../engine/backup/manifest.js";

const good = {
  formatVersion: 1,
  database: "shop",
  backupId: "b1",
  method: "clone",
  archive: "tar",
  compression: "zstd",
  toolVersion: "clone 9.7.4",
  serverVersion: "9.7.4",
  serverUuid: "332f8843-e535-11f1-8a5f-02fc00000001",
  gtidSet: "332f8843-e535-11f1-8a5f-02fc00000001:1-16",
  objectKey: "p/shop/b1/archive.zst",
  bytes: 34587903,
  uncompressedBytes: 133437440,
  restoreSpaceBytes: 207218176,
  sha256: "793fb8f8f7360787b8337ebe3d247358b26e2b07bb5c540a4a47ae5ea73a880d",
  startedAt: "2026-11-20T22:54:05.161Z",
  endedAt: "2026-11-20T22:54:16.881Z",
  lowerCaseTableNames: 0,
  innodbPageSizeBytes: 16384,
  settings: { sql_mode: "ANSI_QUOTES", mandatory_roles: "`r`@`%`" },
};

describe("parseManifest", () => {
  it("reads a manifest", () => {
    expect(parseManifest(JSON.stringify(good))).toEqual(good);
  });

  it("takes the empty GTID set of a server without transactions", () => {
    expect(parseManifest(JSON.stringify({ ...good, gtidSet: "" })).gtidSet).toBe("");
  });

  it.each(Object.keys(good).filter((field) => field !== "settings"))(
    "refuses a manifest without %s and names it",
    (field) => {
      const without = Object.fromEntries(Object.entries(good).filter(([name]) => name !== field));
      expect(() => parseManifest(JSON.stringify(without))).toThrow(`the manifest is malformed: ${field}: `);
    },
  );

  it("names every wrong field at once", () => {
    expect(() => parseManifest(JSON.stringify({ ...good, sha256: "abc", bytes: -1 }))).toThrow(
      "the manifest is malformed: bytes: Too small: expected number to be >=0; sha256: not 64 hexadecimal digits",
    );
  });

  it("refuses another format version and unknown fields", () => {
    expect(() => parseManifest(JSON.stringify({ ...good, formatVersion: 2 }))).toThrow("formatVersion: ");
    expect(() => parseManifest(JSON.stringify({ ...good, more: 1 }))).toThrow("manifest: Unrecognized key");
  });

  it("takes a manifest without settings, of an earlier release", () => {
    const { settings: _, ...earlier } = good;
    expect(parseManifest(JSON.stringify(earlier)).settings).toEqual({});
  });

  it.each([{ "sql-mode": "x" }, { sql_mode: 'a"b' }, { sql_mode: "a\nuser = root" }])(
    "refuses a setting that my.cnf could not hold as it is: %o",
    (settings) => {
      expect(() => parseManifest(JSON.stringify({ ...good, settings }))).toThrow("settings");
    },
  );

  it("refuses what is not JSON", () => {
    expect(() => parseManifest('{"formatVersion": 1,')).toThrow("the manifest is not JSON");
  });
});
