import { describe, expect, it } from "vitest";
import { type ChannelState, replicationLag } from "../../../../engine/channel/index.js";

const state = (lastAppliedCommit: string | undefined) => ({ lastAppliedCommit }) as ChannelState;
const NOW = "2026-03-01 12:00:10.250000";

describe("replicationLag", () => {
  it("is none when nothing is missing, however long ago the last transaction was", () => {
    expect(replicationLag("", state("2026-03-01 10:00:00.000000"), NOW)).toEqual({ missing: "", seconds: 0 });
  });

  it("is the age of the newest applied transaction while some are missing", () => {
    expect(replicationLag("a:5", state("2026-03-01 12:00:08.000000"), NOW).seconds).toBe(2.25);
  });

  it("is unknown before the first transaction was applied, and never negative", () => {
    expect(replicationLag("a:5", state(undefined), NOW).seconds).toBeNull();
    expect(replicationLag("a:5", state("2026-03-01 12:00:11.000000"), NOW).seconds).toBe(0);
  });
});
