import type { Finding } from "./finding.js";
import { FerryError } from "./problem.js";

/** Throws one error that lists every blocker of `looking` with its fix; does nothing where there is none. */
export function assertNoBlockers(findings: readonly Finding[], looking = "preflight"): void {
  const blockers = findings.filter(({ severity }) => severity === "blocker");
  const [only, ...others] = blockers;
  if (only === undefined) return;
  if (others.length === 0) {
    const { check, server, seen, wanted, fix } = only;
    throw new FerryError({ failed: `${looking} (${check})`, where: server, seen, wanted, next: fix });
  }
  const servers = [...new Set(blockers.map(({ server }) => server))];
  throw new FerryError({
    failed: looking,
    where: servers.join(" and "),
    seen: lines(blockers, ({ check, server, seen }) => `${check} (${server}): ${seen}`),
    wanted: lines(blockers, ({ check, wanted }) => `${check}: ${wanted}`),
    next: lines(blockers, ({ check, fix }) => `${check}: ${fix}`),
  });
}

function lines(findings: readonly Finding[], describe: (finding: Finding) => string): string {
  return findings.map((finding) => `\n    - ${describe(finding).replaceAll("\n", "\n      ")}`).join("");
}
