import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identify, isRunning, killProcess, startDetached, stopProcess } from "../../../../lab/process/index.js";
import { parseStat } from "../../../../lab/process/process.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ferry-process-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const start = (script: string) =>
  startDetached({
    argv: ["/bin/sh", "-c", script],
    workingDirectory: directory,
    environment: { GREETING: "hello" },
    logPath: join(directory, "log"),
  });

const logged = async (text: string) => {
  while (!readFileSync(join(directory, "log"), "utf8").includes(text)) await new Promise((go) => setTimeout(go, 10));
};

test("reads state, threads and start time whatever the program is called", () => {
  const line = `42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 7 0 ${"987654"} 1000 20 1`;
  expect(parseStat(line)).toEqual({ state: "S", threads: 7, startTicks: "987654" });
  expect(() => parseStat("42 (x) S")).toThrow("not a line of /proc/PID/stat");
});

test("a detached program runs in its directory with its environment and writes its log", async () => {
  const process = await start("echo $GREETING $PWD; exec sleep 60");
  await logged("\n");
  expect(isRunning(process)).toBe(true);
  expect(isRunning({ ...process, startTicks: "1" })).toBe(false);
  await stopProcess(process, 10);
  expect(isRunning(process)).toBe(false);
  expect(readFileSync(join(directory, "log"), "utf8")).toBe(`hello ${directory}\n`);
});

test("a program that ignores SIGTERM is killed, and stopping it again is success", async () => {
  const process = await start("trap '' TERM; echo ready; while :; do sleep 0.1; done");
  await logged("ready");
  await stopProcess(process, 0.2);
  expect(isRunning(process)).toBe(false);
  await stopProcess(process, 0.2);
  await killProcess(process);
});

test("a program that does not exist is an error", async () => {
  const missing = { argv: ["/no/such/program"] as const, workingDirectory: directory, logPath: join(directory, "log") };
  await expect(startDetached(missing)).rejects.toThrow("ENOENT");
});

test("identifies this process", () => {
  expect(isRunning(identify(process.pid))).toBe(true);
});
