import { checkOn, type Finding } from "../../operation/index.js";
import { enumerate } from "../listing.js";
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

export function checkFilters(observation: ServerObservation): Finding {
  const check = checkOn(observation.label, "replication-filters", "no replication filter");
  return judge(check, observation.replicationFilters, (filters) => {
    if (filters.length === 0) return check.ok("none");
    const seen = enumerate(filters.map(({ name, rule }) => `${name}=${rule}`));
    const fix =
      "remove the replicate-* lines from the configuration and run CHANGE REPLICATION FILTER with empty lists";
    return observation.role === "target"
      ? check.blocker(seen, fix)
      : check.warning(seen, `${fix}; with them the way back after cutover would lose writes`);
  });
}
