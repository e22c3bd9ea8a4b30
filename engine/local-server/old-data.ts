import { backupIdOf } from "../backup/index.js";
import type { Host } from "../hosts/index.js";
import { FerryError } from "../operation/index.js";

/** What a restore has put on a volume: the data, the marker that names their backup, and the keys of encrypted data. */
const PARTS = ["data", ".restore", "keyring"];
const OLD = "old";
const TIMEOUT_SECONDS = 60;

/** Moves the data out of a new restore's way. Safe to repeat: what was moved already stays where it is. */
export async function setOldDataAside(host: Host, volumeDirectory: string): Promise<void> {
  await run(host, ["mkdir", "-p", `${volumeDirectory}/${OLD}`]);
  for (const part of PARTS)
    await moveUnlessThere(host, `${volumeDirectory}/${part}`, `${volumeDirectory}/${OLD}/${part}`);
}

/** Puts the data back where they were, after a restore that has put nothing there. */
export async function putOldDataBack(host: Host, volumeDirectory: string): Promise<void> {
  // A failed restore may have left its scratch folder.
  if (!(await exists(host, `${volumeDirectory}/data`))) await host.remove(`${volumeDirectory}/.restore`);
  for (const part of PARTS)
    await moveUnlessThere(host, `${volumeDirectory}/${OLD}/${part}`, `${volumeDirectory}/${part}`);
  await host.remove(`${volumeDirectory}/${OLD}`);
}

export async function removeOldData(host: Host, volumeDirectory: string): Promise<void> {
  await host.remove(`${volumeDirectory}/${OLD}`);
}

/** Whether the data on the volume come from this backup. */
export async function isRestored(host: Host, volumeDirectory: string, manifestKey: string): Promise<boolean> {
  return exists(host, `${volumeDirectory}/.restore/${backupIdOf(manifestKey)}.done`);
}

async function moveUnlessThere(host: Host, from: string, to: string): Promise<void> {
  if ((await exists(host, to)) || !(await exists(host, from))) return;
  await run(host, ["mv", "-T", from, to]);
}

async function exists(host: Host, path: string): Promise<boolean> {
  return (await host.run({ argv: ["test", "-e", path], timeoutSeconds: TIMEOUT_SECONDS })).exitCode === 0;
}

async function run(host: Host, argv: readonly [string, ...string[]]): Promise<void> {
  const { exitCode, stderr } = await host.run({ argv, timeoutSeconds: TIMEOUT_SECONDS });
  if (exitCode === 0) return;
  throw new FerryError({
    failed: argv.join(" "),
    where: host.name,
    seen: `exit code ${exitCode}: ${stderr.trim()}`,
    wanted: "the data moved on their volume",
    next: "mend what it names, then run again: it goes on there",
  });
}
