import { formatVersion, isAtLeast, parseVersion } from "./version.js";

/** The release that is built from Go modules, and the oldest one that is taken from the user. */
export const builtPulumiVersion = { major: 3, minor: 230, patch: 0 } as const;

/** Whether a CLI can run this project's program, judged by what `pulumi version` prints; if not, why. */
export function judgePulumi(printed: readonly string[]): { readonly version: string } | { readonly unusable: string } {
  const line = printed.find((text) => /^v?\d+\.\d+\.\d+/.test(text));
  const version = line === undefined ? undefined : parseVersion(line);
  if (version === undefined) return { unusable: `its version is not understood (${printed.join(" ").trim()})` };
  if (isAtLeast(version, builtPulumiVersion)) return { version: formatVersion(version) };
  return { unusable: `version ${formatVersion(version)} is older than ${formatVersion(builtPulumiVersion)}` };
}
