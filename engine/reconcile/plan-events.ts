import { type ApplicationEvent, describeLeft, eventsToEnable, isDisabledByReplication } from "../events/index.js";
import type { Finding } from "../operation/index.js";
import type { MemberState } from "../topology/index.js";
import type { Grounds } from "./grounds.js";
import type { Step } from "./step.js";

/**
 * Events run on the primary alone. MySQL disables those that arrive by replication; they were enabled where they came from.
 * Where that server does not answer nobody can ask it, and one that was due may have run there.
 */
export function planEvents(grounds: Grounds): { steps: Step[]; findings: Finding[] } {
  const { main, entry, others } = grounds;
  if (entry === undefined) return { steps: [], findings: [] };
  const former = others.find(({ facts }) => facts.serverUuid === entry.previousUuid);
  const due =
    former === undefined ? main.events.filter(isDisabledByReplication) : eventsToEnable(main.events, former.events);
  const mayEnable = ({ lacks, mayHaveRun }: ApplicationEvent) =>
    lacks.length === 0 && !(former === undefined && mayHaveRun);
  return {
    steps: [
      ...others.flatMap((member) => setScheduler(member, "OFF")),
      ...due.filter(mayEnable).map((event) => ({ kind: "enable-event", member: main.name, event }) as const),
      ...setScheduler(main, entry.eventScheduler),
    ],
    findings: due.filter((event) => !mayEnable(event)).map((event) => describeLeft(main.label, event)),
  };
}

/** One that has or had the role is told for after a restart, too: the others' configuration says it. */
function setScheduler({ name, facts, persisted: stored, primaryUuids }: MemberState, value: string): Step[] {
  const isTold = stored.event_scheduler === value || !primaryUuids.includes(facts.serverUuid);
  if (facts.eventScheduler === "DISABLED" || (facts.eventScheduler === value && isTold)) return [];
  return [{ kind: "set-scheduler", member: name, value }];
}
