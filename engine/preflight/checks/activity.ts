import { showName } from "../../mysql/index.js";
import { checkOn, type Finding } from "../../operation/index.js";
import { counted, enumerate } from "../listing.js";
import type { EventName, PreflightContext, ServerObservation } from "../observation.js";
import { judge } from "./judge.js";

export function checkXa(observation: ServerObservation): Finding {
  const check = checkOn(observation.label, "xa-transactions", "no XA transaction that stays prepared");
  return judge(check, observation.preparedXaTransactions, (xids) =>
    xids.length === 0
      ? check.ok("none")
      : check.blocker(
          `${counted(xids.length, "transaction")}: ${enumerate(xids)}`,
          "XA RECOVER CONVERT XID; then XA COMMIT or XA ROLLBACK each, as its transaction manager has decided",
        ),
  );
}

/** What passes by itself is never a blocker: the preparation waits for it within its own time limits. */
export function checkLongTransactions(observation: ServerObservation): Finding {
  const check = checkOn(observation.label, "long-transactions", "no transaction open for long");
  return judge(check, observation.longTransactions, ({ rows, total }) =>
    total === 0
      ? check.ok("none")
      : check.warning(
          enumerate(
            rows.map(({ sessionId, ageSeconds }) => `session ${sessionId} since ${ageSeconds} s`),
            total,
          ),
          "let them end: the steps to GTID wait for each transaction that is open",
        ),
  );
}

export function checkObstructions(observation: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(observation.label, "obstructions", "no DDL, LOCK TABLES or backup in progress");
  if (observation.variables.get("performance_schema") === "OFF") {
    return check.warning("performance_schema is OFF, so nobody can see", "make sure by SHOW PROCESSLIST");
  }
  return judge(check, observation.obstructions, ({ rows, total }) =>
    total === 0
      ? check.ok("none")
      : check[context.purpose === "switchover" ? "blocker" : "warning"](
          enumerate(
            rows.map(({ sessionId, what }) => `session ${sessionId}: ${what}`),
            total,
          ),
          "let them end: backup, GTID steps and the fence wait for them",
        ),
  );
}

const describeEvent = ({ schema, name }: EventName) => showName([schema, name]);

export function checkEvents(observation: ServerObservation): Finding {
  const { label, role, facts } = observation;
  const wanted =
    role === "source" ? "events known, since they run on one server only" : "no event that could run before cutover";
  const check = checkOn(label, "events", wanted);
  return judge(check, observation.enabledEvents, ({ rows, total }) => {
    if (total === 0) return check.ok("no enabled event");
    const seen = `${counted(total, "enabled event")}: ${enumerate(rows.map(describeEvent), total)}`;
    if (role === "source") {
      return check.warning(seen, "nothing to do: they stay off on the target until cutover, which turns them on there");
    }
    if (facts.eventScheduler !== "ON") return check.ok(`${seen}; event_scheduler is ${facts.eventScheduler}`);
    return check.blocker(`${seen}; event_scheduler is ON`, "SET PERSIST event_scheduler = OFF; on the target");
  });
}

export function checkWritability({ label, role, facts }: ServerObservation, context: PreflightContext): Finding[] {
  if (role === "source") {
    const check = checkOn(label, "writable", "a source that accepts writes");
    if (!facts.readOnly && !facts.superReadOnly) return [check.ok("read_only and super_read_only are OFF")];
    return [
      check.blocker(
        `${facts.superReadOnly ? "super_read_only" : "read_only"} is ON`,
        "give the primary as the source; if this is the primary: SET GLOBAL super_read_only = OFF, read_only = OFF;",
      ),
    ];
  }
  if (context.purpose === "prepare") return [];
  const check = checkOn(label, "read-only", "a target that refuses writes until cutover");
  if (facts.superReadOnly) return [check.ok("super_read_only is ON")];
  return [check.blocker("super_read_only is OFF", "SET PERSIST super_read_only = ON; on the target")];
}

/** Connections that this migration and its replica need at the same time, at most. */
const NEEDED_CONNECTIONS = 8;

export function checkConnections({ label, variables, status }: ServerObservation): Finding {
  const check = checkOn(label, "connections", `${NEEDED_CONNECTIONS} free connections`);
  const limit = Number(variables.get("max_connections"));
  const used = Number(status.get("threads_connected"));
  const seen = `${used} of ${limit} in use`;
  if (limit - used >= NEEDED_CONNECTIONS) return check.ok(seen);
  return check.warning(seen, `SET PERSIST max_connections = ${used + 10 * NEEDED_CONNECTIONS};`);
}
