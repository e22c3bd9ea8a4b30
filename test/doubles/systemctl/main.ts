import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemctl } from "./tool.js";

/** Contract double of systemctl, for units that the double of systemd-run has started. */
const unitFile = (unit: string) => join(process.env.DOUBLE_RECORD ?? "", unit);

process.exitCode = systemctl(process.argv.slice(2), {
  mainPid: (unit) => (existsSync(unitFile(unit)) ? Number(readFileSync(unitFile(unit), "utf8")) : undefined),
  print: (text) => process.stdout.write(text),
  log: (line) => process.stderr.write(`${line}\n`),
});
