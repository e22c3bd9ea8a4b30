import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partSizeBytes } from "../../../../engine/backup/part-size.js";

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;
const TEBIBYTE = 1024 ** 4;

describe("partSizeBytes", () => {
  it.each([
    [0, 8],
    [70 * GIBIBYTE, 8],
    [9000 * 8 * MEBIBYTE, 8],
    [9000 * 8 * MEBIBYTE + 1, 9],
    [TEBIBYTE, 117],
    [40 * TEBIBYTE, 4661],
    [9000 * 5120 * MEBIBYTE, 5120],
  ])("%d bytes go up in parts of %d MiB", (expected, mebibytes) => {
    expect(partSizeBytes(expected)).toBe(mebibytes * MEBIBYTE);
  });

  it("refuses what one object cannot hold", () => {
    expect(() => partSizeBytes(9000 * 5120 * MEBIBYTE + 1)).toThrow("do not fit into one S3 object");
  });

  it.each([-1, 1.5, Number.NaN])("refuses %d", (expected) => {
    expect(() => partSizeBytes(expected)).toThrow(`not a number of bytes: ${expected}`);
  });

  it("never needs more than 9,000 parts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9000 * 5120 * MEBIBYTE }), (expected) => {
        expect(Math.ceil(expected / partSizeBytes(expected))).toBeLessThanOrEqual(9000);
      }),
    );
  });

  it("is the rule of backup.sh", () => {
    for (const expected of [0, 1, 9000 * 8 * MEBIBYTE, 9000 * 8 * MEBIBYTE + 1, TEBIBYTE, 9000 * 5120 * MEBIBYTE]) {
      const printed = execFileSync("scripts/backup.sh", ["--part-size", String(expected)], { encoding: "utf8" });
      expect(Number(printed)).toBe(partSizeBytes(expected));
    }
    expect(() => execFileSync("scripts/backup.sh", ["--part-size", String(9000 * 5120 * MEBIBYTE + 1)])).toThrow();
  });
});
