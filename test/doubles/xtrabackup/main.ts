import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Login } from "./surroundings.js";
import { xtrabackup } from "./tool.js";

/**
 * Contract double of Percona XtraBackup. It is built from the tool's own tables and refuses what the tool refuses
 * (test/contracts); the data that it streams are made up, or with DOUBLE_ROOT_SOCKET a copy by the server's CLONE plugin.
 *
 *   DOUBLE_RECORD       folder for what it was given: argv (one line per call), environment and option file of each mode
 *   DOUBLE_VERSION      the release that it is; default 9.7.2-2
 *   DOUBLE_BUILD        without-version-check: a build without that option
 *   DOUBLE_MYSQL        the mysql client, which logs in as the tool would
 *   DOUBLE_ROOT_SOCKET  socket of the server, for a backup with real data
 *   DOUBLE_FAULT        backup: exit-after-bytes, no-completed-ok, killed, no-info, packed-files
 *                       prepare-fails, prepare-not-ok, move-back-fails
 */
const MODES = ["backup", "prepare", "move-back"];

function record(argv: readonly string[]): void {
  const folder = process.env.DOUBLE_RECORD;
  const mode = MODES.find((name) => argv.includes(`--${name}`));
  if (folder === undefined || mode === undefined) return;
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, "argv"), `${argv.join(" ")}\n`);
  const lines = Object.entries(process.env).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, `environment.${mode}`), lines.join(""));
  const options = /^--defaults-(?:extra-)?file=(.*)$/.exec(argv[0] ?? "")?.[1];
  if (options !== undefined) copyFileSync(options, join(folder, "option-file"));
}

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  record(argv);
  // The real tool is not known to end so; our scripts are to see it all the same.
  const isSilent = ["no-completed-ok", "prepare-not-ok"].includes(process.env.DOUBLE_FAULT ?? "");
  return xtrabackup(argv, {
    environment: process.env,
    log: (line) => {
      if (!isSilent || !line.includes("completed OK!")) process.stderr.write(`${line}\n`);
    },
    stdout: 1,
    print: (text) => process.stdout.write(text),
    // Loading the driver takes longer than all else, and most calls need no server.
    connect: async (login: Login) => (await import("./connection.js")).connect(login),
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`the double of xtrabackup failed: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 70;
  },
);
