import { describe, expect, it } from "vitest";
import { describeProgress } from "../../../../engine/hosts/job-progress.js";
import { type JobStatus, parseJobStatus, processOf, secondsOf } from "../../../../engine/hosts/job-status.js";

const status: JobStatus = {
  state: "running",
  stage: "stream",
  pid: 11738,
  startTicks: "357352",
  startedAt: "2026-11-20T22:54:05.000Z",
  updatedAt: "2026-11-20T22:54:10.500Z",
  doneBytes: 0,
  totalBytes: 100 * 1024 * 1024,
  compressedBytes: 0,
  exitCodes: { tool: 0, upload: 1 },
  message: "",
  advice: "",
};

describe("parseJobStatus", () => {
  it("reads a status", () => {
    expect(parseJobStatus(JSON.stringify(status))).toEqual(status);
    expect(processOf(status)).toEqual({ pid: 11738, startTicks: "357352" });
    expect(secondsOf(status)).toBe(5.5);
  });

  it.each([{ state: "paused" }, { pid: 0 }, { doneBytes: -1 }, { exitCodes: { tool: "0" } }])("refuses %j", (wrong) => {
    expect(() => parseJobStatus(JSON.stringify({ ...status, ...wrong }))).toThrow();
  });
});

describe("describeProgress", () => {
  const mebibytes = (count: number) => count * 1024 * 1024;

  it("tells how much of how much, rate and time left", () => {
    const now = {
      ...status,
      updatedAt: "2026-11-20T22:54:14.500Z",
      doneBytes: mebibytes(40),
      compressedBytes: mebibytes(16),
    };
    expect(describeProgress("backup b1", status, now)).toBe(
      "backup b1: stream 40.0 MiB of 100.0 MiB (40 %), 10.0 MiB/s, 6 s left, 16.0 MiB compressed",
    );
  });

  it("never promises more than 100 %, when the source has grown", () => {
    const now = { ...status, doneBytes: mebibytes(101), compressedBytes: null };
    expect(describeProgress("backup b1", status, now)).toBe("backup b1: stream 101.0 MiB of 100.0 MiB (100 %)");
  });

  it("tells only the stage where no bytes are counted", () => {
    const now = { ...status, stage: "check", doneBytes: null, totalBytes: null, compressedBytes: null };
    expect(describeProgress("backup b1", now, now)).toBe("backup b1: check");
  });
});
