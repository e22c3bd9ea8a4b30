import { checkOn, type Finding } from "../../operation/index.js";
import { counted, enumerate } from "../listing.js";
import type { PreflightContext, ReplicationSource, ServerObservation } from "../observation.js";
import { judge } from "./judge.js";

const describe = ({ channel, host, port }: ReplicationSource) =>
  `${host}:${port}${channel === "" ? "" : ` over channel ${channel}`}`;

/** At a switchover a second way by which writes arrive would go on past the fence. */
export function checkSourceChannels(observation: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(observation.label, "source-channels", "a source that replicates from nobody");
  return judge(check, observation.replicationSources, (sources) =>
    sources.length === 0
      ? check.ok("none")
      : check[context.purpose === "switchover" ? "blocker" : "warning"](
          `replicates from ${enumerate(sources.map(describe))}`,
          "writes reach it from there too: point the migration at the primary, or remove the channel before cutover",
        ),
  );
}

/** The migration's own channel is known by the source's UUID; one never connected has none yet. */
export function checkTargetChannels(source: ServerObservation, target: ServerObservation): Finding {
  const check = checkOn(target.label, "target-channels", "no channel from another server than the source");
  return judge(check, target.replicationSources, (sources) => {
    const foreign = sources.filter(({ sourceUuid }) => sourceUuid !== "" && sourceUuid !== source.facts.serverUuid);
    if (foreign.length === 0)
      return check.ok(sources.length === 0 ? "none" : `from ${enumerate(sources.map(describe))}`);
    return check.blocker(
      `replicates from ${enumerate(foreign.map(describe))}`,
      foreign
        .map(({ channel }) => `STOP REPLICA FOR CHANNEL '${channel}'; RESET REPLICA ALL FOR CHANNEL '${channel}';`)
        .join(" "),
    );
  });
}

/** Each of the two servers replicates from the other at some time: the target now, the source after the cutover. */
export function checkApplier({ label, variables }: ServerObservation): Finding {
  const check = checkOn(label, "transaction-read-only", "transaction_read_only OFF");
  if (variables.get("transaction_read_only") !== "ON") return check.ok("transaction_read_only is OFF");
  return check.blocker(
    "transaction_read_only is ON: a server with it applies nothing (error 13117)",
    "SET PERSIST transaction_read_only = OFF; sessions that must not write can SET SESSION it, or have an account without such privileges",
  );
}

/** A switchover fences one server; the other members of a group would go on writing. */
export function checkGroup({ label, groupMembers, variables }: ServerObservation): Finding {
  const check = checkOn(label, "group-replication", "no member of Group Replication or of a Galera cluster");
  if (variables.get("wsrep_on") === "ON") {
    return check.blocker("wsrep_on is ON", "migrate from an ordinary replica of the cluster instead");
  }
  return judge(check, groupMembers, (members) =>
    members === 0
      ? check.ok("none")
      : check.blocker(
          `one of ${counted(members, "member")} of a group`,
          "migrate from an ordinary replica of the group instead, or take the group apart first",
        ),
  );
}

export function checkFilters(observation: ServerObservation): Finding {
  const check = checkOn(observation.label, "replication-filters", "no replication filter");
  return judge(check, observation.replicationFilters, (filters) => {
    if (filters.length === 0) return check.ok("none");
    const seen = enumerate(filters.map(({ name, rule }) => `${name}=${rule}`));
    const fix =
      "remove the replicate-* lines from the configuration and run CHANGE REPLICATION FILTER with empty lists";
    return observation.role === "target"
      ? check.blocker(seen, fix)
      : check.warning(seen, `${fix}; with them a rollback after cutover would lose writes`);
  });
}
