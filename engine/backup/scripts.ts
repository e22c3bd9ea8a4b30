import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Host } from "../hosts/index.js";

/** Puts a script and what it sources into a job's directory, so that host and engine always have the same version. */
export async function installScript(
  host: Host,
  directory: string,
  script: "backup.sh" | "restore.sh" | "inspect-host.sh",
): Promise<string> {
  const scripts = findScripts(__dirname);
  for (const name of script === "inspect-host.sh" ? [script] : ["job.sh", script]) {
    await host.writeFile(`${directory}/${name}`, readFileSync(join(scripts, name), "utf8"), 0o700);
  }
  return `${directory}/${script}`;
}

/** The project's `scripts` folder, from wherever this module was compiled to. */
function findScripts(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const scripts = join(folder, "scripts");
    if (existsSync(join(scripts, "backup.sh"))) return scripts;
    if (folder === dirname(folder)) throw new Error(`no scripts/backup.sh above ${start}`);
  }
}
