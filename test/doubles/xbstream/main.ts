import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { xbstream } from "./tool.js";

const argv = process.argv.slice(2);
const folder = process.env.DOUBLE_RECORD;
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, "argv"), `xbstream ${argv.join(" ")}\n`);
}
process.exitCode = xbstream(argv, {
  isDirectory: existsSync,
  // The stream of the double of xtrabackup is a tar archive.
  extract: (directory) =>
    spawnSync("tar", ["-C", directory, "-xf", "-"], { stdio: ["inherit", "inherit", "inherit"] }).status ?? 1,
  log: (line) => process.stderr.write(`${line}\n`),
});
