import { formatVersion, isAtLeast, parseVersion } from "./version.js";

const oldest = { major: 8, minor: 0, patch: 0 };

/** Whether gtid-ferry's lab can use a server, judged by what `mysqld --version` prints; if not, why. */
export function judgeMysqld(versionLine: string): { readonly version: string } | { readonly unusable: string } {
  const printed = versionLine.trim();
  if (/mariadb/i.test(printed)) return { unusable: `it is MariaDB (${printed})` };
  // The path printed before "Ver" may hold digits and dots of its own.
  const version = parseVersion(/\bVer (\S+)/.exec(printed)?.[1] ?? "");
  if (version === undefined) return { unusable: `its version is not understood (${printed})` };
  if (!isAtLeast(version, oldest)) return { unusable: `MySQL ${formatVersion(version)} is older than 8.0` };
  return { version: formatVersion(version) };
}
