import { readScript } from "../backup/index.js";
import type { Host } from "../hosts/index.js";
import { FerryError } from "../operation/index.js";

const TIMEOUT_SECONDS = 60;

/** A program that starts mysqld with the keyring that a restore has put on the volume; mysqld itself where there is none. */
export async function mysqldProgram(host: Host, mysqld: string, volumeDirectory: string): Promise<string> {
  const keyring = `${volumeDirectory}/keyring`;
  if ((await host.readFile(`${keyring}/mysqld.my`)) === undefined) return mysqld;
  const { name, text } = readScript("link-keyring.sh");
  const argv = ["bash", "-c", text, name, mysqld, keyring, keyring] as const;
  const { exitCode, stderr } = await host.run({ argv, timeoutSeconds: TIMEOUT_SECONDS });
  if (exitCode === 0) return `${keyring}/start-mysqld`;
  throw new FerryError({
    failed: `giving ${mysqld} the keyring of encrypted data`,
    where: `${host.name}, ${keyring}`,
    seen: `exit code ${exitCode}: ${stderr.trim().slice(-2000)}`,
    wanted: "mysqld with its plugins, the keyring component among them",
    next: "install that component where mysqld has its plugins, then run again",
  });
}
