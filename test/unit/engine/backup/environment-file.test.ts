import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { environmentFile } from "../../../../engine/backup/environment-file.js";

describe("environmentFile", () => {
  it("writes one line for each value that is set", () => {
    expect(environmentFile({ BUCKET: "b", S3_ENDPOINT: undefined, THREADS: "2" })).toBe("BUCKET=b\nTHREADS=2\n");
  });

  it.each(["it's", '"$HOME" `id` $(id)', "a\\'b", "line\nline", " # x ", "'''"])("a shell reads back %j", (value) => {
    const script = `${environmentFile({ VALUE: value })}printf %s "$VALUE"`;
    expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toBe(value);
  });

  it("refuses other names and NUL", () => {
    expect(() => environmentFile({ "A B": "x" })).toThrow("not the name of a parameter");
    expect(() => environmentFile({ A: "\0" })).toThrow("NUL");
  });
});
