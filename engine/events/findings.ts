import { checkOn, type Finding } from "../operation/index.js";
import { type ApplicationEvent, eventName } from "./application-event.js";
import { showEnabling } from "./enable.js";

/** Whether a server's administrator may enable these events there, and with everything else as it is. `label` is the server. */
export function checkEvents(label: string, events: readonly ApplicationEvent[]): Finding[] {
  if (events.length === 0) return [];
  const check = checkOn(label, "event-definers", "the right to enable events that belong to others");
  const forbidden = events.filter(({ lacks }) => lacks.length > 0);
  return [
    ...(forbidden.length === 0 ? [check.ok("may name their definers")] : []),
    ...forbidden.map((event) => {
      const owner = `${event.definer.user}@${event.definer.host}`;
      const seen = `${eventName(event)} of ${owner}, and the administrator lacks ${event.lacks.join(" and ")}`;
      return check.blocker(
        seen,
        `GRANT ${event.lacks.join(", ")} ON *.* to the administrator, or ALTER EVENT ... DISABLE`,
      );
    }),
    ...events
      .filter(({ databaseCollation, schemaCollation }) => databaseCollation !== schemaCollation)
      .map((event) => {
        const seen = `${eventName(event)}: DATABASE_COLLATION ${event.databaseCollation} becomes ${event.schemaCollation}, the schema's present default`;
        const fix = "nothing, where its body declares no variable without a character set of its own";
        return checkOn(label, "event-collation", "an event that stays as it is").warning(seen, fix);
      }),
  ];
}

/** Of an event that could not be enabled, for whoever can: what is missing and the statements. */
export function describeLeft(server: string, event: ApplicationEvent): Finding {
  const why =
    event.lacks.length > 0 ? `the administrator lacks ${event.lacks.join(" and ")}` : "it may have run already";
  return checkOn(server, "event-left", "every event of the former primary enabled").warning(
    `event ${eventName(event)} stays disabled, because ${why}; enable it: ${showEnabling(event)}`,
    showEnabling(event),
  );
}
