import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalHost } from "../../engine/hosts/index.js";
import { mysqldProgram } from "../../engine/local-server/keyring-launcher.js";
import { testInstallation } from "../../lab/testing.js";

export const KEYRING_COMPONENT = "component_keyring_file";

/** A keyring for a source of the lab, which lies in a folder of its own. */
export class SourceKeyring {
  private constructor(
    private readonly folder: string,
    /** Comes before the command that starts mysqld, and gives it the keyring. */
    readonly prefix: readonly string[],
  ) {}

  static async make(folder: string): Promise<SourceKeyring> {
    const keyring = join(folder, "keyring");
    await mkdir(keyring, { recursive: true });
    await writeFile(join(keyring, "mysqld.my"), `{ "components": "file://${KEYRING_COMPONENT}" }`);
    await writeConfiguration(keyring, join(keyring, "keys"));
    const program = await mysqldProgram(new LocalHost(), (await testInstallation()).mysqld, folder);
    const start = join(folder, "start");
    await writeFile(start, `#!/bin/sh\nshift\nexec ${program} "$@"\n`);
    await chmod(start, 0o755);
    return new SourceKeyring(folder, [start]);
  }

  /** A copy of the keys as they are now: the configuration that names it. */
  async copy(name: string): Promise<string> {
    const configuration = await this.withoutKeys(name);
    await copyFile(join(this.folder, "keyring", "keys"), this.copiedKeys(name));
    return configuration;
  }

  /** A configuration that names a key file which is not there. */
  async withoutKeys(name: string): Promise<string> {
    await mkdir(join(this.folder, name), { recursive: true });
    return writeConfiguration(join(this.folder, name), this.copiedKeys(name));
  }

  copiedKeys(name: string): string {
    return join(this.folder, name, "keys-of-source");
  }
}

async function writeConfiguration(directory: string, path: string): Promise<string> {
  const file = join(directory, `${KEYRING_COMPONENT}.cnf`);
  await writeFile(file, JSON.stringify({ path, read_only: false }));
  return file;
}
