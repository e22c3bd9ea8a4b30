import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock } from "../../../toolchain/lock.mjs";

describe("withLock", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ferry-lock-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("lets one after the other in, and says once who holds it", async () => {
    const path = join(folder, "deep", "lock");
    const events: string[] = [];
    const lines: string[] = [];
    const enter = (name: string) =>
      withLock(
        path,
        (line) => lines.push(line),
        async () => {
          events.push(`${name} in`);
          await new Promise((done) => setTimeout(done, 300));
          events.push(`${name} out`);
          return name;
        },
      );
    expect(await Promise.all([enter("a"), enter("b")])).toEqual(["a", "b"]);
    expect(events).toEqual(["a in", "a out", "b in", "b out"]);
    expect(lines).toEqual([`waiting for process ${process.pid}, which holds ${path}`]);
    expect(readdirSync(join(folder, "deep"))).toEqual([]);
  });

  it("is given back when the work fails", async () => {
    const path = join(folder, "lock");
    await expect(
      withLock(
        path,
        () => {},
        () => Promise.reject(new Error("broken")),
      ),
    ).rejects.toThrow("broken");
    expect(existsSync(path)).toBe(false);
  });

  it("is taken over from a process that was killed while it held it", async () => {
    const path = join(folder, "lock");
    const script = `import(${JSON.stringify(join(process.cwd(), "toolchain/lock.mjs"))}).then(({ withLock }) =>
      withLock(${JSON.stringify(path)}, () => {}, async () => process.kill(process.pid, "SIGKILL")))`;
    expect(spawnSync(process.execPath, ["-e", script]).signal).toBe("SIGKILL");
    expect(existsSync(path)).toBe(true);
    const lines: string[] = [];
    expect(
      await withLock(
        path,
        (line) => lines.push(line),
        async () => "mine",
      ),
    ).toBe("mine");
    expect(lines).toEqual([]);
  });

  it("is taken over when its process id now belongs to a later process", async () => {
    const path = join(folder, "lock");
    writeFileSync(path, `${process.pid} 1`);
    expect(
      await withLock(
        path,
        () => {},
        async () => "mine",
      ),
    ).toBe("mine");
  });
});
