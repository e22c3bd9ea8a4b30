import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Container, docker } from "./tool.js";

/**
 * Contract double of the docker client and its daemon. No container is made: the double of xtrabackup runs in a session of
 * its own, which does not end with this client, with the container's environment, and is told what is mounted.
 *
 *   DOUBLE_RECORD   folder for what it was given: docker-argv (one line per call), and a file for each container
 *   DOUBLE_FAULT    no-daemon; all others are the tool's
 */
const record = process.env.DOUBLE_RECORD ?? "";
const argv = process.argv.slice(2);
mkdirSync(record, { recursive: true });
appendFileSync(join(record, "docker-argv"), `${argv.join(" ")}\n`);

const containerFile = (name: string) => join(record, `container-${name}`);

function runTool({ name, image, mounts, environment, words }: Container): Promise<number> {
  const own = Object.entries(process.env).filter(([variable]) => variable.startsWith("DOUBLE_") || variable === "PATH");
  const [, release = ""] = /:(.*)\.\d+$/.exec(image) ?? [];
  const child = spawn(process.execPath, [...process.execArgv, join(__dirname, "../xtrabackup/main.ts"), ...words], {
    detached: true,
    stdio: "inherit",
    env: {
      ...Object.fromEntries(own),
      HOME: "/",
      DOUBLE_VERSION: release,
      DOUBLE_MOUNTS: JSON.stringify(mounts),
      ...Object.fromEntries(environment.map((word) => [word.split("=")[0], word.slice(word.indexOf("=") + 1)])),
    },
  });
  writeFileSync(containerFile(name), String(child.pid));
  return new Promise((settle) => {
    child.on("exit", (code, signal) => {
      rmSync(containerFile(name), { force: true });
      settle(code ?? (signal === "SIGKILL" ? 137 : 1));
    });
  });
}

docker(argv, {
  isRunning: process.env.DOUBLE_FAULT !== "no-daemon",
  exists: existsSync,
  hasContainer: (name) => existsSync(containerFile(name)),
  run: runTool,
  remove: (name) => {
    try {
      process.kill(-Number(readFileSync(containerFile(name), "utf8")), "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
    rmSync(containerFile(name), { force: true });
  },
  log: (line) => process.stderr.write(`${line}\n`),
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`the double of docker failed: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 70;
  },
);
