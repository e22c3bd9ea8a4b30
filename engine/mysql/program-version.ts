import type { Host } from "../hosts/index.js";
import { messageOf } from "../operation/index.js";
import { parseVersion, type ServerVersion } from "./version.js";

const TIMEOUT_SECONDS = 30;

/** The release in what `mysqld --version` prints (`mysqld  Ver 8.4.6 for Linux ...`); undefined where there is none. */
export function versionOfProgram(printed: string): ServerVersion | undefined {
  const text = /\bVer (\d+\.\d+\.\d+\S*)/.exec(printed)?.[1];
  return text === undefined ? undefined : parseVersion(text);
}

/** Asks a mysqld on a host for its release; what goes wrong comes back as text. */
export async function readProgramVersion(
  host: Host,
  mysqld: string,
): Promise<{ readonly version: ServerVersion } | { readonly failure: string }> {
  try {
    const argv = [mysqld, "--no-defaults", "--version"] as const;
    const { exitCode, stdout, stderr } = await host.run({ argv, timeoutSeconds: TIMEOUT_SECONDS });
    const version = versionOfProgram(stdout);
    if (version !== undefined) return { version };
    return { failure: `--version ended with exit code ${exitCode}: ${(stderr || stdout).trim()}` };
  } catch (error) {
    return { failure: `--version: ${messageOf(error)}` };
  }
}
