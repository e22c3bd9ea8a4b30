import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { leftBehind } from "../../../../engine/helm-release/decide.js";
import { RECORDED_LABEL, type ReleaseRecord, readRecord, withStatus } from "../../../../engine/helm-release/record.js";

const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
/** As Helm's storage driver for Secrets writes it, and the API server shows it. */
const stored = (record: object, labels: Record<string, string> = {}) => ({
  secret: "sh.helm.release.v1.shop.v3",
  labels,
  release: base64(base64(gzipSync(JSON.stringify(record)))),
});
const jsonOf = (release: string): unknown =>
  JSON.parse(gunzipSync(Buffer.from(Buffer.from(release, "base64").toString(), "base64")).toString());
const record = (revision: number, status: string, owner?: string, isRecorded = false): ReleaseRecord => ({
  secret: `sh.helm.release.v1.shop.v${revision}`,
  revision,
  status,
  description: "",
  isRecorded,
  ...(owner === undefined ? {} : { owner }),
});

describe("a record of Helm's", () => {
  const ours = { name: "shop", version: 3, info: { status: "deployed" }, config: { release: { owner: "us" } } };

  it("says revision, status, who installed it and whether a stack has it", () => {
    expect(readRecord(stored(ours))).toEqual(record(3, "deployed", "us"));
    expect(readRecord(stored(ours, { [RECORDED_LABEL]: "true" }))).toEqual(record(3, "deployed", "us", true));
  });

  it("may have no values, or those of another chart", () => {
    const info = { status: "failed" };
    expect(readRecord(stored({ version: 3, info, config: null }))).toEqual(record(3, "failed"));
    expect(readRecord(stored({ version: 3, info, config: { image: {} } }))).toEqual(record(3, "failed"));
  });

  it("keeps all that it has with another status", () => {
    const { release } = stored({ ...ours, manifest: "kind: Service", info: { status: "deployed", notes: "n" } });
    const changed = { ...stored({}), release: withStatus(release, "failed", "why") };
    expect(readRecord(changed)).toEqual({ ...record(3, "failed", "us"), description: "why" });
    expect(jsonOf(changed.release)).toEqual({
      ...ours,
      manifest: "kind: Service",
      info: { status: "failed", notes: "n", description: "why" },
    });
  });

  it("is refused where it is none", () => {
    expect(() => readRecord({ ...stored({}), release: base64("nothing") })).toThrow();
    expect(() => readRecord(stored({ version: 1 }))).toThrow();
  });
});

describe("a release that a killed run has left behind", () => {
  it.each([
    ["locked by its installation", [record(1, "pending-install", "us")], 1],
    ["deployed and unknown to the stack", [record(1, "deployed", "us")], 1],
    ["locked by an update", [record(2, "pending-upgrade", "us"), record(1, "deployed", "us", true)], 2],
    ["locked by a rollback", [record(1, "superseded", "us", true), record(2, "pending-rollback", "us", true)], 2],
  ])("is the one that is %s", (_how, records, revision) => {
    expect(leftBehind("us", records)?.revision).toBe(revision);
  });

  it.each([
    ["none", []],
    ["deployed and known to the stack", [record(1, "superseded", "us", true), record(2, "deployed", "us")]],
    ["another stack's", [record(1, "deployed", "them")]],
    ["another stack's and locked", [record(1, "pending-install", "them")]],
    ["nobody's", [record(1, "deployed")]],
    ["failed, which Helm goes on with", [record(1, "failed", "us")]],
  ])("is none that is %s", (_how, records) => {
    expect(leftBehind("us", records)).toBeUndefined();
  });
});
