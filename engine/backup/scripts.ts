import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Host } from "../hosts/index.js";

/** Each script that the engine runs on a host, after those that it sources. */
const SCRIPTS = {
  "backup.sh": ["job.sh", "backup.sh"],
  "restore.sh": ["job.sh", "restore.sh"],
  "inspect-host.sh": ["inspect-host.sh"],
} as const;

export interface Script {
  readonly name: string;
  readonly text: string;
}

/** All that runs on the source's host. */
export function sourceScripts(): readonly Script[] {
  return [...SCRIPTS["backup.sh"], ...SCRIPTS["inspect-host.sh"]].map(readScript);
}

/**
 * The path of a script on the host, which is always the engine's own version of it: that in `installed`, where it is the
 * same, else one that is put into the job's directory with what it sources.
 */
export async function installScript(
  host: Host,
  directory: string,
  script: keyof typeof SCRIPTS,
  installed?: string,
): Promise<string> {
  const parts = SCRIPTS[script].map(readScript);
  if (installed !== undefined && (await hasSame(host, installed, parts))) return `${installed}/${script}`;
  for (const { name, text } of parts) await host.writeFile(`${directory}/${name}`, text, 0o700);
  return `${directory}/${script}`;
}

async function hasSame(host: Host, directory: string, scripts: readonly Script[]): Promise<boolean> {
  for (const { name, text } of scripts) {
    if ((await host.readFile(`${directory}/${name}`)) !== text) return false;
  }
  return true;
}

/** One file of the project's `scripts` folder. */
export function readScript(name: string): Script {
  return { name, text: readFileSync(join(findScripts(__dirname), name), "utf8") };
}

/** The project's `scripts` folder, from wherever this module was compiled to. */
function findScripts(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const scripts = join(folder, "scripts");
    if (existsSync(join(scripts, "backup.sh"))) return scripts;
    if (folder === dirname(folder)) throw new Error(`no scripts/backup.sh above ${start}`);
  }
}
