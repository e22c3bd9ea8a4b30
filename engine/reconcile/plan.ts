import { checkOn, type Finding } from "../operation/index.js";
import { type ObservedTopology, reachableMembers } from "../topology/index.js";
import type { Goal, Grounds } from "./grounds.js";
import { planEvents } from "./plan-events.js";
import { divergences, planFollow, stopWaiting } from "./plan-follow.js";
import { clearAutoUnfence, persisted } from "./plan-role.js";
import { astray, successors } from "./plan-routes.js";
import { planUnfence } from "./plan-unfence.js";
import type { Diverged, Plan, Step } from "./step.js";

/**
 * The steps from what was seen to one writable primary, as the journal says who it is, and everybody else fenced and below
 * it: none when it is so. The same steps complete a switchover after its commit, undo one that never got there, finish a
 * failover, take back a former primary, change a tree of replicas, and repair what a run that died has left. Fences come
 * first.
 */
export function planReconcile(observed: ObservedTopology, goal: Goal): Plan {
  const main = observed.members[goal.primary];
  const { entry } = observed.status;
  if (main?.reachable !== true) throw new Error(`${goal.primary} does not answer`);
  // Steps around anybody else would fence the one that accepts writes.
  if (entry !== undefined && entry.primaryUuid !== main.facts.serverUuid) {
    throw new Error(`entry ${entry.number} of the journal makes ${entry.primaryUuid} the primary, not ${main.name}`);
  }
  const others = reachableMembers(observed).filter(({ name }) => name !== main.name && !goal.without.includes(name));
  const grounds: Grounds = { ...goal, observed, main, entry, others };
  const diverged = others.flatMap(({ name, errant }): Diverged[] =>
    goal.follow[name] !== undefined && errant !== undefined && errant !== "" ? [{ member: name, errant }] : [],
  );
  const events = planEvents(grounds);
  const unfencing = planUnfence(grounds);
  const follow = planFollow(grounds, diverged);
  const forgetting = planForget(grounds);
  return {
    steps: [
      ...fences(grounds),
      ...unfencing.steps,
      ...persisted(grounds, unfencing.steps.length > 0),
      // Not before the role is persisted: it tells a fence that a switchover has left from one for a primary that dies.
      ...clearAutoUnfence(grounds),
      ...astray(grounds).map(
        ({ name, state }) => ({ kind: "route", route: name, from: state, to: main.name }) as const,
      ),
      ...forgetting.steps,
      ...events.steps,
      ...stopWaiting(grounds),
      ...follow.steps,
      // Last, because a primary with semi-synchronous replication waits for somebody who follows it.
      ...probe(grounds, unfencing.entry),
    ],
    blockers: [...unfencing.findings, ...secondWriters(grounds), ...successors(grounds), ...forgetting.findings],
    left: [...events.findings, ...follow.findings, ...divergences(grounds, diverged)],
    diverged,
  };
}

/** Once the role has moved everybody else is fenced; before that, whom it is asked for. */
function fences({ entry, others, follow, fenced }: Grounds): Step[] {
  return others
    .filter(({ facts }) => !facts.superReadOnly || !facts.readOnly)
    .filter(({ name, facts }) => {
      if (entry !== undefined) return true;
      return facts.readOnly && (follow[name] !== undefined || fenced.includes(name));
    })
    .map(({ name }) => ({ kind: "fence", member: name }));
}

/** As long as the role has never moved nobody knows which of two writable servers is right. */
function secondWriters({ entry, others }: Grounds): Finding[] {
  if (entry !== undefined) return [];
  return others
    .filter(({ facts }) => !facts.readOnly)
    .map(({ label }) =>
      checkOn(label, "second-writer", "one writable server").blocker(
        "it accepts writes, as the primary does (read_only is OFF)",
        "find out what writes there; then SET GLOBAL super_read_only = ON there, and run again",
      ),
    );
}

/** A primary follows nobody: what it has of a channel is left from before, or from the test of reverse replication. */
function planForget({ main, entry }: Grounds): { steps: Step[]; findings: Finding[] } {
  const { channel, source, name, label } = main;
  if (channel === undefined) return { steps: [], findings: [] };
  if (entry !== undefined || source !== undefined || channel.receiver === "OFF") {
    return { steps: [{ kind: "forget-channel", member: name }], findings: [] };
  }
  const finding = checkOn(label, "primary-channel", "a primary that follows nobody").blocker(
    `${name} is the primary, and has a channel to ${channel.host}:${channel.port}, which is none of the members`,
    "if it is no primary, correct the topology; else STOP REPLICA and RESET REPLICA ALL there",
  );
  return { steps: [], findings: [finding] };
}

function probe({ main, entry }: Grounds, own: number | undefined): Step[] {
  if (own !== undefined) return [{ kind: "probe", member: main.name, number: own }];
  if (entry === undefined || entry.probed) return [];
  return [{ kind: "probe", member: main.name, number: entry.number }];
}
