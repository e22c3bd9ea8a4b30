import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runScript, withTimeout, writeScript } from "../../../../engine/hosts/remote-scripts.js";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "remote-scripts-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe("writeScript", () => {
  it("leaves the old file when the text does not arrive whole", () => {
    const path = join(directory, "file");
    writeFileSync(path, "old");
    const { status, stderr } = spawnSync("sh", ["-c", writeScript(path, 10, 0o600, "new")], { input: "half" });
    expect(status).not.toBe(0);
    expect(stderr.toString()).toContain("did not arrive whole");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(directory)).toEqual(["file"]);
  });
});

describe("a command", () => {
  it("becomes the program itself, without a shell in between", () => {
    expect(runScript(["printf", "%s", "it's"])).toContain("exec printf %s 'it'\\''s'");
  });

  it("is killed when its time is over", () => {
    expect(withTimeout("sleep 1", 0.5)).toBe("exec timeout -s KILL 0.5 sh -c 'sleep 1'");
  });
});
