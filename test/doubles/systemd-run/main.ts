import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemdRun } from "./tool.js";

/**
 * Contract double of systemd-run and the service manager: starts the command in a session and with an environment of its
 * own. Its process id is in $DOUBLE_RECORD/UNIT, where systemctl's double reads it. DOUBLE_FAULT: refuses.
 */
const record = process.env.DOUBLE_RECORD ?? "";

function findExecutable(name: string): string | undefined {
  const candidates = name.includes("/")
    ? [name]
    : (process.env.PATH ?? "").split(":").map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

process.exitCode =
  process.env.DOUBLE_FAULT === "refuses"
    ? 1
    : systemdRun(process.argv.slice(2), {
        environment: process.env,
        findExecutable,
        isLoaded: (unit) => existsSync(join(record, unit)),
        start: ({ name, environment, argv: [program = "", ...words] }) => {
          const child = spawn(program, words, { detached: true, stdio: "ignore", env: environment });
          writeFileSync(join(record, name), String(child.pid));
          child.unref();
        },
        log: (line) => process.stderr.write(`${line}\n`),
      });
