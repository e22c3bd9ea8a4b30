import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { recordsBeforeInstall, recordsBeforeUpdate } from "../../../../engine/helm-release/decide.js";
import { type ReleaseRecord, readRecord } from "../../../../engine/helm-release/record.js";

const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
/** As Helm's storage driver for Secrets writes it, and the API server shows it. */
const stored = (record: object) => base64(base64(gzipSync(JSON.stringify(record))));
const record = (revision: number, status: string, owner?: string): ReleaseRecord => ({
  secret: `sh.helm.release.v1.shop.v${revision}`,
  revision,
  status,
  ...(owner === undefined ? {} : { owner }),
});
const FIRST = "sh.helm.release.v1.shop.v1";

describe("a record of Helm's", () => {
  it("says revision, status and who installed it", () => {
    const text = stored({
      name: "shop",
      version: 3,
      info: { status: "deployed" },
      config: { release: { owner: "us" } },
    });
    expect(readRecord("sh.helm.release.v1.shop.v3", text)).toEqual(record(3, "deployed", "us"));
  });

  it("may have no values, or those of another chart", () => {
    const info = { status: "failed" };
    expect(readRecord(FIRST, stored({ version: 1, info, config: null }))).toEqual(record(1, "failed"));
    expect(readRecord(FIRST, stored({ version: 1, info, config: { image: {} } }))).toEqual(record(1, "failed"));
  });

  it("is refused where it is none", () => {
    expect(() => readRecord(FIRST, base64("nothing"))).toThrow();
    expect(() => readRecord(FIRST, stored({ version: 1 }))).toThrow();
  });
});

describe("before an installation", () => {
  it("there is nothing to do where the name is free", () => {
    expect(recordsBeforeInstall("shop", "us", [])).toEqual([]);
  });

  it.each(["pending-install", "deployed", "failed", "uninstalling"])("takes over its own release (%s)", (status) => {
    expect(recordsBeforeInstall("shop", "us", [record(1, status, "us")])).toEqual([FIRST]);
  });

  it.each([
    ["of another stack", [record(1, "deployed", "them")]],
    ["that no stack has installed", [record(1, "deployed")]],
    ["that was another stack's first", [record(1, "superseded", "them"), record(2, "deployed", "us")]],
  ])("refuses a release %s", (_whose, records) => {
    expect(() => recordsBeforeInstall("release databases/shop", "us", records)).toThrow(
      /release databases\/shop\n.*which this stack has not installed/,
    );
  });
});

describe("before an update", () => {
  it.each(["pending-upgrade", "pending-rollback"])("removes the last revision where it is %s", (status) => {
    expect(recordsBeforeUpdate([record(2, status, "us"), record(1, "deployed", "us")])).toEqual([
      "sh.helm.release.v1.shop.v2",
    ]);
  });

  it("leaves a release as it is that nobody has left locked, or that has no other revision", () => {
    expect(recordsBeforeUpdate([record(1, "superseded", "us"), record(2, "deployed", "us")])).toEqual([]);
    expect(recordsBeforeUpdate([record(1, "pending-upgrade"), record(2, "failed")])).toEqual([]);
    expect(recordsBeforeUpdate([record(1, "pending-install", "us")])).toEqual([]);
    expect(recordsBeforeUpdate([])).toEqual([]);
  });
});
