import { setTimeout as sleep } from "node:timers/promises";
import { readOpenXa } from "../fence/index.js";
import type { MysqlServer } from "../mysql/index.js";
import { assertNoBlockers, type Finding, inTime } from "../operation/index.js";
import { runPreflight } from "../preflight/index.js";
import type { MemberState, Topology } from "../topology/index.js";
import { checkSwitchover, PASSING_CHECKS, type SwitchoverObservation } from "./checks.js";
import { countIdleTransactions, readFreeDisk, readRefusesNewerSource, readRunningWrites } from "./look.js";
import { memberOf } from "./parties.js";
import type { SwitchoverRequest } from "./request.js";
import { ANSWER_MILLISECONDS, observeParties, type Situation, type SwitchoverRun, situationOf } from "./situation.js";

const LOOK_INTERVAL_MILLISECONDS = 1_000;

/**
 * Looks until nothing stands in the way, at everything each time; gives the situation as it then is. What does not pass by
 * itself is an error at once, what does is one after `quietTimeoutSeconds`: each time with all findings in one.
 */
export async function awaitReady(run: SwitchoverRun, from: string, to: string): Promise<Situation> {
  const { request, progress } = run;
  const deadline = Date.now() + request.limits.quietTimeoutSeconds * 1000;
  let before: Situation | undefined;
  for (;;) {
    const { observed, routes } = await observeParties(run);
    const situation = situationOf(observed, routes, from, to);
    const servers = { from: run.sessions.of(from).main, to: run.sessions.of(to).main };
    const checking = checkAll(request, servers, situation, before?.to);
    const findings = await inTime(checking, ANSWER_MILLISECONDS, "checking both servers", `${from} and ${to}`);
    const blockers = findings.filter(({ severity }) => severity === "blocker");
    if (blockers.length === 0) {
      const warnings = findings.filter(({ severity }) => severity === "warning");
      for (const { server, check, seen } of warnings) progress(`${server}: warning, ${check}: ${seen}`);
      progress(countFindings(findings));
      return situation;
    }
    const isPassing = blockers.every(({ check }) => PASSING_CHECKS.has(check));
    if (!isPassing || Date.now() >= deadline) assertNoBlockers(findings, "pre-checks");
    for (const { server, check, seen } of blockers) progress(`${server}: waiting, ${check}: ${seen}`);
    before = situation;
    await sleep(LOOK_INTERVAL_MILLISECONDS);
  }
}

/** e.g. `78 pre-checks: 76 passed, 2 warnings`. */
export function countFindings(findings: readonly Finding[]): string {
  const count = (severity: Finding["severity"]) => findings.filter((finding) => finding.severity === severity).length;
  const some = (number: number, word: string) => (number === 0 ? [] : [`${number} ${word}${number === 1 ? "" : "s"}`]);
  const rest = [...some(count("warning"), "warning"), ...some(count("blocker"), "blocker")];
  return [`${findings.length} pre-checks: ${count("ok")} passed`, ...rest].join(", ");
}

/** One look at everything that a switchover depends on, and that can be seen without changing anything. */
export async function checkAll(
  request: SwitchoverRequest,
  servers: { readonly from: MysqlServer; readonly to: MysqlServer },
  situation: Situation,
  before: MemberState | undefined,
): Promise<Finding[]> {
  const { from, to } = situation;
  const member = (name: string) => memberOf(request, name);
  const needsReverse = request.reverseReplication !== "none";
  const seen: SwitchoverObservation = {
    ...situation,
    expectedUuids: expectedUuids(request),
    isShrinking: before === undefined ? undefined : (to.lag?.seconds ?? 0) < (before.lag?.seconds ?? 0),
    runningWrites: await readRunningWrites(servers.from),
    idleTransactions: await countIdleTransactions(servers.from),
    openXa: await readOpenXa(servers.from),
    freeDisk: [
      ...(await readFreeDisk(servers.from, member(from.name).host)),
      ...(await readFreeDisk(servers.to, member(to.name).host)),
    ],
    refusesNewerSource: needsReverse && isOlder(from, to) && (await readRefusesNewerSource(servers.from)),
  };
  const common = await runPreflight({
    purpose: "switchover",
    names: { source: from.name, target: to.name },
    source: member(from.name).connection,
    target: member(to.name).connection,
  });
  const own = checkSwitchover(seen, request.limits);
  return [...own, ...(needsReverse ? common : common.map(withoutReverse))];
}

/** Where reverse replication is given up, what stands against it is for a person to know. */
function withoutReverse(finding: Finding): Finding {
  return finding.check === "version-path-back" && finding.severity === "blocker"
    ? { ...finding, severity: "warning" }
    : finding;
}

function isOlder(from: MemberState, to: MemberState): boolean {
  const [one, other] = [from.facts.version, to.facts.version];
  return one.major < other.major || (one.major === other.major && one.minor < other.minor);
}

function expectedUuids({ members }: Topology): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, { expectedUuid }]) =>
      expectedUuid === undefined ? [] : [[name, expectedUuid]],
    ),
  );
}
