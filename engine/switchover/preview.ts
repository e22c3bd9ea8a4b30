import { UNFENCE } from "../fence/index.js";
import { showStatement } from "../mysql/index.js";
import type { Finding } from "../operation/index.js";
import { describePlan, describeStep, planReconcile } from "../reconcile/index.js";
import {
  journalStatements,
  type MemberState,
  type ObservedTopology,
  observe,
  presentTree,
  serverFor,
  withMembers,
} from "../topology/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { describeLastVerification, readVerification } from "../verify/index.js";
import { PASSING_CHECKS } from "./checks.js";
import { goalFor, primaryFor } from "./complete.js";
import { partiesOf } from "./parties.js";
import { type PlannedStep, planSwitchover } from "./plan.js";
import { checkAll, countFindings } from "./ready.js";
import type { SwitchoverRequest } from "./request.js";
import { observeRoutes, type Situation, situationOf } from "./situation.js";
import { isPlaced, leftBehind, sourcesAfter } from "./switchover.js";

export interface SwitchoverPreview {
  /** A line each; none when there is nothing to do. */
  readonly lines: readonly string[];
  /** What stands against it and is seen already. */
  readonly blockers: readonly Finding[];
}

/**
 * What `switchover` would do now: every statement and where it runs, what is checked and what is found already, the budget,
 * and what undoes it. Writes nothing.
 */
export async function previewSwitchover(
  request: SwitchoverRequest,
  routes: readonly TrafficRoute[],
): Promise<SwitchoverPreview> {
  return withMembers(request, async (members) => {
    const observed = await observe(request, members);
    const { to } = request;
    const parties = partiesOf(observed, request);
    const run = { parties, request };
    const seen = await observeRoutes(routes);
    const from = primaryFor(run, observed);
    const isMoved = from === to;
    const before = presentTree(observed);
    const placing = isMoved ? leftBehind(run, observed) : isPlaced(before, to, from) ? {} : { [to]: from };
    const plan = planReconcile(observed, goalFor(run, observed, seen, placing));
    const left = describePlan(plan, observed, request);
    if (isMoved) return { lines: left, blockers: plan.blockers };
    const situation = situationOf(observed, seen, from, to);
    const servers = { from: serverFor(members, from), to: serverFor(members, to) };
    // A member that does not follow the primary yet is checked when it does.
    const findings = isPlaced(before, to, from) ? await checkAll(request, servers, situation, undefined) : [];
    const steps = planSwitchover(situation, request, routes, await journalStatements(servers.from));
    const after = planReconcile(
      afterCommit(situation),
      goalFor(run, afterCommit(situation), seen, sourcesAfter(run, before, from)),
    );
    const compared = await readVerification(
      servers.from,
      situation.from.facts.serverUuid,
      situation.to.facts.serverUuid,
    );
    const { limits } = request;
    return {
      lines: [
        ...left,
        describeLastVerification(compared, situation.from.label, situation.to.label),
        `switchover: ${situation.to.label} becomes the primary instead of ${situation.from.label}; writes pause for at most ${limits.budgetSeconds} s`,
        ...describeFindings(findings, limits.quietTimeoutSeconds),
        ...[...steps.prepare, steps.arm, ...steps.pause.flat(), ...steps.commit].flatMap(describePlanned),
        ...routes.flatMap((route) => route.describe(to).map((line) => `switch traffic: ${route.name}: ${line}`)),
        ...after.steps
          .flatMap((step) => describeStep(step, afterCommit(situation), request))
          .map((line) => `after the commit: ${line}`),
        `undo, if anything fails before the commit: ${situation.from.label}: ${UNFENCE.map(showStatement).join("; ")}; verify: it is writable; traffic goes on there; if this machine dies, ${from} auto-unfences ${limits.budgetSeconds} s after the fail-safe was armed`,
        "after the commit: never undone; the next run resumes from the switchover journal",
      ],
      blockers: [
        ...plan.blockers,
        ...findings.filter(({ severity, check }) => severity === "blocker" && !PASSING_CHECKS.has(check)),
      ],
    };
  });
}

function describePlanned({ step, lines }: PlannedStep): string[] {
  return lines.map((line) => `${step}: ${line}`);
}

function describeFindings(findings: readonly Finding[], quietTimeoutSeconds: number): string[] {
  if (findings.length === 0) return [];
  return [
    `check: ${countFindings(findings)}`,
    ...findings.flatMap(({ severity, server, check, seen, fix }) => {
      if (severity === "ok") return [];
      const line = `check: ${check}: ${server}: ${seen}`;
      if (severity === "warning") return [`${line} (warning)`];
      return PASSING_CHECKS.has(check)
        ? [`${line}; would be waited for, ${quietTimeoutSeconds} s at most`]
        : [`${line}; would be refused: ${fix}`];
    }),
  ];
}

/** The servers as the commit would leave them, for the steps that then remain. */
function afterCommit({ observed, from, to, entry }: Situation): ObservedTopology {
  const next = {
    number: (entry?.number ?? 0) + 1,
    primaryUuid: to.facts.serverUuid,
    previousUuid: from.facts.serverUuid,
    finalGtidSet: "",
    eventScheduler: from.facts.eventScheduler,
    committedAt: "",
    probed: false,
    isFinal: false,
  };
  const withRole = (member: MemberState, value: "ON" | "OFF"): MemberState => ({
    ...member,
    facts: { ...member.facts, readOnly: value === "ON", superReadOnly: value === "ON" },
    persisted: { ...member.persisted, read_only: value, super_read_only: value },
    primaryUuids: [...member.primaryUuids, to.facts.serverUuid, from.facts.serverUuid],
  });
  return {
    ...observed,
    status: { kind: "reachable", name: to.name, entry: next },
    primary: to.name,
    members: { ...observed.members, [from.name]: withRole(from, "ON"), [to.name]: withRole(to, "OFF") },
  };
}
