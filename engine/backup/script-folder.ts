import { ConnectionLostError, type HostOptions, NoSuchHostError, withHost } from "../hosts/index.js";
import { FerryError, type Progress } from "../operation/index.js";

/** A folder for scripts on the source's host. */
export interface ScriptFolder {
  readonly host: HostOptions;
  /** Absolute path on the host. */
  readonly directory: string;
}

/** Makes the folder with mode 0700, where it is not there yet. */
export async function makeScriptFolder({ host: options, directory }: ScriptFolder): Promise<void> {
  await withHost(options, async (host) => {
    const argv = ["sh", "-c", 'umask 077 && mkdir -p -- "$1"', "sh", directory] as const;
    const { exitCode, stderr } = await host.run({ argv, timeoutSeconds: 60 });
    if (exitCode === 0) return;
    throw new FerryError({
      failed: "making the folder of the scripts",
      where: host.name,
      seen: `mkdir ${directory}: exit code ${exitCode}: ${stderr.trim()}`,
      wanted: "a folder that the login may write to",
      next: "set gtid-ferry:backupDirectory to a path where the login may make folders, and run again",
    });
  });
}

/** Removes the folder with all in it. A host that cannot be reached keeps it: that must stop neither finalize nor destroy. */
export async function removeScriptFolder(
  { host: options, directory }: ScriptFolder,
  progress: Progress,
): Promise<void> {
  try {
    await withHost(options, (host) => host.remove(directory));
  } catch (error) {
    if (!(error instanceof ConnectionLostError || error instanceof NoSuchHostError)) throw error;
    progress(`${error.message}\nwhere the host comes back, ${directory} is left`);
  }
}
