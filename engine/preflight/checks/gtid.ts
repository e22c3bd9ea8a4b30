import { checkOn, type Finding } from "../../operation/index.js";
import { counted, enumerate } from "../listing.js";
import type { PairObservation, PreflightContext, ServerObservation } from "../observation.js";
import { judge } from "./judge.js";

export function checkGtidMode({ label, role, facts }: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(label, "gtid-mode", "gtid_mode ON");
  if (facts.gtidMode === "ON") return check.ok("gtid_mode is ON");
  const seen = `gtid_mode is ${facts.gtidMode}`;
  if (role === "source" && context.purpose === "prepare") {
    return check.warning(
      seen,
      "will be changed by prepare, to ON, online and one step at a time; take backups after it",
    );
  }
  return role === "source"
    ? check.blocker(seen, "run phase prepare again")
    : check.blocker(seen, "set gtid_mode=ON and enforce_gtid_consistency=ON in the target's configuration");
}

export function checkGtidConsistency({ label, role, facts }: ServerObservation, context: PreflightContext): Finding {
  const check = checkOn(label, "gtid-consistency", "enforce_gtid_consistency ON");
  if (facts.gtidConsistency === "ON") return check.ok("enforce_gtid_consistency is ON");
  const seen = `enforce_gtid_consistency is ${facts.gtidConsistency}`;
  if (role === "source" && context.purpose === "prepare") {
    return check.warning(seen, "will be changed by prepare, to WARN, and to ON when no statement violates it");
  }
  return role === "source"
    ? check.blocker(seen, "run phase prepare again")
    : check.blocker(seen, "set enforce_gtid_consistency=ON in the target's configuration");
}

/** Statements that enforce_gtid_consistency=ON would refuse: in these versions, only such that mix engines. */
export function checkGtidViolations(observation: ServerObservation): Finding {
  const wanted = "no statement or transaction that changes InnoDB and other tables together";
  const check = checkOn(observation.label, "gtid-violations", wanted);
  if (observation.facts.gtidConsistency === "ON") return check.ok("enforced already");
  return judge(check, observation.otherEngineTables, ({ rows, total }) => {
    if (total === 0) return check.ok("every table is InnoDB");
    return check.warning(
      `${counted(total, "table")} of other engines: ${enumerate(rows.map((row) => row.engine ?? "unknown"))}`,
      "prepare watches for violations with enforce_gtid_consistency=WARN; to have none, ALTER TABLE ... ENGINE = InnoDB",
    );
  });
}

/** Prepare watches for violations by the warnings of enforce_gtid_consistency=WARN, which go to the error log only. */
export function checkViolationLog(
  { label, facts, variables }: ServerObservation,
  context: PreflightContext,
): Finding[] {
  if (context.purpose !== "prepare" || facts.gtidConsistency === "ON") return [];
  const verbosity = variables.get("log_error_verbosity") ?? "2";
  const loud = checkOn(label, "error-log-verbosity", "log_error_verbosity 2 or 3, so that violations are seen");
  const suppressed = (variables.get("log_error_suppression_list") ?? "").split(",").map((entry) => entry.trim());
  const others = suppressed.filter((entry) => !VIOLATION_MESSAGE.test(entry));
  const complete = checkOn(label, "error-log-suppression", "no warning of GTID consistency left out of the error log");
  return [
    Number(verbosity) >= 2
      ? loud.ok(`log_error_verbosity is ${verbosity}`)
      : loud.blocker(
          `log_error_verbosity is ${verbosity}`,
          `SET GLOBAL log_error_verbosity = 2; ${UNTIL_PREPARED} ${verbosity}`,
        ),
    suppressed.length === others.length
      ? complete.ok("none is")
      : complete.blocker(
          `log_error_suppression_list is ${suppressed.join(",")}`,
          `SET GLOBAL log_error_suppression_list = '${others.join(",")}'; ${UNTIL_PREPARED} '${suppressed.join(",")}'`,
        ),
  ];
}

/** The messages' symbols, or their numbers with or without `MY-`, as log_error_suppression_list takes them. */
const VIOLATION_MESSAGE = /^(ER_(RPL|SERVER)_GTID_UNSAFE_\w+|(MY-)?0*(13098|13099|13100|13229|13234))$/i;
const UNTIL_PREPARED = "once phase prepare has passed, set it back to";

/** Servers above and below must take every step of gtid_mode together with this one. */
export function checkGtidTopology(observation: ServerObservation): Finding[] {
  const { label, facts } = observation;
  if (facts.gtidMode === "ON") return [];
  const wanted = "no other server to be switched to GTID at the same time";
  const upstream = checkOn(label, "gtid-upstream", wanted);
  const replicas = checkOn(label, "gtid-replicas", wanted);
  const together = "turn GTID on in the whole topology first, each step on all servers before the next";
  return [
    judge(upstream, observation.replicationSources, (sources) =>
      sources.length === 0
        ? upstream.ok("replicates from nobody")
        : upstream.blocker(
            `replicates from ${enumerate(sources.map(({ host, port }) => `${host}:${port}`))}`,
            together,
          ),
    ),
    judge(replicas, observation.registeredReplicas, (registered) => {
      if (registered.length > 0) {
        return replicas.blocker(`has replicas: ${enumerate(registered)}`, `${together}, or detach these replicas`);
      }
      return judge(replicas, observation.binlogReaders, (readers) =>
        readers === 0
          ? replicas.ok("has no replicas")
          : replicas.warning(
              `${counted(readers, "session")} read the binary log without having registered as a replica`,
              "make sure that they can follow the change to GTID (mysqlbinlog and change data capture usually do)",
            ),
      );
    }),
  ];
}

export function checkPurged(
  source: ServerObservation,
  target: ServerObservation,
  pair: PairObservation,
  context: PreflightContext,
): Finding[] {
  if (context.purpose === "prepare") return [];
  const forward = checkOn(target.label, "purged-gtids", "every GTID that the source has purged");
  const back = checkOn(source.label, "purged-gtids-back", "every GTID that the target has purged");
  return [
    pair.purgedAndMissing === ""
      ? forward.ok("has them all")
      : forward.blocker(
          `lacks ${pair.purgedAndMissing}`,
          "restore the target from a newer backup, and raise the source's binary log retention",
        ),
    pair.purgedAndMissingInReverse === ""
      ? back.ok("has them all")
      : back[context.purpose === "switchover" ? "blocker" : "warning"](
          `lacks ${pair.purgedAndMissingInReverse}`,
          "there is no rollback after cutover like this; restore the target from a new backup of this source",
        ),
  ];
}

export function checkErrant(target: ServerObservation, pair: PairObservation, context: PreflightContext): Finding[] {
  if (context.purpose === "prepare") return [];
  const check = checkOn(target.label, "errant-transactions", "no transaction that the source does not have");
  return [
    judge(check, pair.errant, (errant) =>
      errant === ""
        ? check.ok("none")
        : check.blocker(errant, "find out what wrote there (mysqlbinlog on the target), then restore the target again"),
    ),
  ];
}
