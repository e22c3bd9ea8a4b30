import { formatVersion, isAtLeast, parseVersion } from "./version.js";

/** 2.6.12 deadlocks when a frontend that holds connections is opened again. */
const oldest = { major: 2, minor: 8, patch: 0 };

/** Whether an HAProxy can hold connections for a switchover, judged by what `haproxy -v` prints; if not, why. */
export function judgeHaproxy(printed: string): { readonly version: string } | { readonly unusable: string } {
  // A loader's complaint about a library has numbers too.
  const version = parseVersion(/^HA-?Proxy version (\S+)/.exec(printed.trim())?.[1] ?? "");
  if (version === undefined) return { unusable: `its version is not understood (${printed.trim().slice(0, 200)})` };
  if (isAtLeast(version, oldest)) return { version: formatVersion(version) };
  return { unusable: `HAProxy ${formatVersion(version)} is older than ${formatVersion(oldest)}` };
}
