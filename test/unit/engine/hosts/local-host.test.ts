import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProcessIdentity } from "../../../../engine/hosts/host.js";
import { LocalHost } from "../../../../engine/hosts/local-host.js";
import { parseProcessStat } from "../../../../engine/hosts/process-stat.js";

const host = new LocalHost();
let directory: string;
let started: ProcessIdentity[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "local-host-"));
  started = [];
});

afterEach(async () => {
  for (const process of started) await host.stop(process, 0);
  await rm(directory, { recursive: true });
});

async function start(script: string, environment: Record<string, string> = {}): Promise<ProcessIdentity> {
  const process = await host.startDetached({
    argv: ["bash", "-c", script],
    workingDirectory: directory,
    environment,
    logPath: join(directory, "log"),
  });
  started.push(process);
  return process;
}

async function eventually(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("LocalHost.run", () => {
  it("gives exit code and output, and passes input", async () => {
    const command = ["bash", "-c", "cat; echo bad >&2; exit 3"] as const;
    expect(await host.run({ argv: command, timeoutSeconds: 10, stdin: "in" })).toEqual({
      exitCode: 3,
      stdout: "in",
      stderr: "bad\n",
    });
  });

  it("passes arguments to no shell", async () => {
    const result = await host.run({ argv: ["printf", "%s", "$(id) 'x'"], timeoutSeconds: 10 });
    expect(result.stdout).toBe("$(id) 'x'");
  });

  it("keeps the end of a long stderr", async () => {
    const script = "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2";
    const { stderr } = await host.run({ argv: ["bash", "-c", script], timeoutSeconds: 10 });
    expect(stderr.length).toBe(64 * 1024);
    expect(stderr.endsWith("xend\n")).toBe(true);
  });

  it("kills a command that takes too long, with its children", async () => {
    const script = `sleep 300 & echo $! > ${directory}/child; wait`;
    await expect(host.run({ argv: ["bash", "-c", script], timeoutSeconds: 0.5 })).rejects.toThrow("no end after 0.5 s");
    const child = (await readFile(join(directory, "child"), "utf8")).trim();
    const stat = await host.readFile(`/proc/${child}/stat`);
    expect(stat === undefined || parseProcessStat(stat)?.state === "Z").toBe(true);
  });

  it("waits for nobody whom a command that takes too long has left in a session of its own", async () => {
    const script = `setsid sleep 60 & echo $! > ${directory}/child; sleep 300`;
    await expect(host.run({ argv: ["bash", "-c", script], timeoutSeconds: 0.5 })).rejects.toThrow("no end after 0.5 s");
    process.kill(Number(await readFile(join(directory, "child"), "utf8")), "SIGKILL");
  });

  it("says which program is missing", async () => {
    await expect(host.run({ argv: ["no-such-program"], timeoutSeconds: 1 })).rejects.toThrow(
      "starting no-such-program failed",
    );
  });
});

describe("LocalHost files", () => {
  it("writes with the given mode, in new folders of mode 0700, and leaves nothing else", async () => {
    const path = join(directory, "a/b/file");
    await host.writeFile(path, "one", 0o600);
    await host.writeFile(path, "two", 0o640);
    expect(await host.readFile(path)).toBe("two");
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect((await stat(join(directory, "a"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(directory, "a/b"))).toEqual(["file"]);
  });

  it("a missing file is undefined, any other failure an error", async () => {
    expect(await host.readFile(join(directory, "none/file"))).toBeUndefined();
    await expect(host.readFile(directory)).rejects.toThrow("EISDIR");
  });

  it("removes folders, and nothing there is success", async () => {
    await host.writeFile(join(directory, "x/y"), "", 0o600);
    await host.remove(join(directory, "x"));
    await host.remove(join(directory, "x"));
    expect(await readdir(directory)).toEqual([]);
  });
});

describe("LocalHost detached jobs", () => {
  it("run in a session of their own, with their environment and log", async () => {
    const process = await start('echo "$MARK $(cut -d " " -f 6 /proc/$$/stat)"; sleep 300', { MARK: "here" });
    await eventually(async () => ((await host.readFile(join(directory, "log"))) ?? "").includes("\n"));
    expect((await readFile(join(directory, "log"), "utf8")).split(/\s+/)).toEqual(["here", String(process.pid), ""]);
    expect(await host.isRunning(process)).toBe(true);
  });

  it("are known by their start time, so that another process of the same id is not taken for them", async () => {
    const process = await start("sleep 300");
    expect(await host.isRunning({ ...process, startTicks: String(Number(process.startTicks) - 1) })).toBe(false);
  });

  it("stop by SIGTERM, which they may answer", async () => {
    const process = await start("trap 'echo bye > bye; exit' TERM; touch ready; while :; do sleep 0.05; done");
    await eventually(async () => (await host.readFile(join(directory, "ready"))) !== undefined);
    await host.stop(process, 10);
    expect(await host.isRunning(process)).toBe(false);
    expect(await host.readFile(join(directory, "bye"))).toBe("bye\n");
    await host.stop(process, 10);
  });

  it("are killed when they do not", async () => {
    const process = await start("trap '' TERM; touch ready; while :; do sleep 0.05; done");
    await eventually(async () => (await host.readFile(join(directory, "ready"))) !== undefined);
    await host.stop(process, 0.2);
    expect(await host.isRunning(process)).toBe(false);
  });

  it("say which program is missing", async () => {
    await writeFile(join(directory, "log"), "");
    const job = { workingDirectory: directory, environment: {}, logPath: join(directory, "log") };
    await expect(host.startDetached({ ...job, argv: ["no-such-program"] })).rejects.toThrow("starting no-such-program");
  });
});

describe("parseProcessStat", () => {
  it("copes with any program name", () => {
    const fields = Array.from({ length: 19 }, (_, index) => index).join(" ");
    expect(parseProcessStat(`12 (a) S (b c) S ${fields.replace(/ 18$/, "")} 4711 0`)).toEqual({
      state: "S",
      startTicks: "4711",
      threads: 16,
    });
    expect(parseProcessStat("")).toBeUndefined();
  });
});
