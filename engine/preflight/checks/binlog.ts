import { binlogExpiry, binlogRetentionSeconds } from "../../mysql/index.js";
import { checkOn, type Finding } from "../../operation/index.js";
import { counted, enumerate } from "../listing.js";
import type { PreflightContext, ServerObservation } from "../observation.js";
import { judge } from "./judge.js";

const NEW_SESSIONS_ONLY =
  "sessions that are open keep the old value, so reconnect the application (restart its connection pools) as well";

export function checkLogBin({ label, role, facts }: ServerObservation): Finding {
  const check = checkOn(label, "log-bin", "log_bin ON");
  if (facts.logBin) return check.ok("log_bin is ON");
  const id = facts.serverId === 0 ? "\n  server_id = <a number no other server has>" : "";
  return check.blocker(
    "log_bin is OFF",
    role === "source"
      ? `needs a restart: add to my.cnf and restart mysqld\n  [mysqld]\n  log_bin = binlog${id}`
      : `needs a restart: add log_bin = binlog to the target's configuration${id}`,
  );
}

export function checkServerId({ label, facts }: ServerObservation): Finding {
  const check = checkOn(label, "server-id", "a server_id other than 0");
  if (facts.serverId !== 0) return check.ok(`server_id is ${facts.serverId}`);
  return check.blocker("server_id is 0", "SET PERSIST server_id = <a number no other server has>;");
}

/**
 * A blocker although it could be set online: the new value reaches new sessions only, and one old session that writes
 * statements makes the data differ, or stops the channel.
 */
export function checkBinlogFormat({ label, facts }: ServerObservation): Finding {
  const check = checkOn(label, "binlog-format", "binlog_format ROW");
  if (facts.binlogFormat === "ROW") return check.ok("binlog_format is ROW");
  return check.blocker(
    `binlog_format is ${facts.binlogFormat}`,
    `SET PERSIST binlog_format = 'ROW'; ${NEW_SESSIONS_ONLY}`,
  );
}

export function checkRowImage({ label, facts }: ServerObservation): Finding {
  const check = checkOn(label, "binlog-row-image", "binlog_row_image FULL");
  if (facts.binlogRowImage === "FULL") return check.ok("binlog_row_image is FULL");
  return check.blocker(
    `binlog_row_image is ${facts.binlogRowImage}`,
    `SET PERSIST binlog_row_image = 'FULL'; ${NEW_SESSIONS_ONLY}`,
  );
}

export function checkDeviatingSessions(observation: ServerObservation): Finding {
  const check = checkOn(
    observation.label,
    "binlog-sessions",
    "binlog_format ROW and binlog_row_image FULL in every session",
  );
  return judge(check, observation.deviatingSessions, ({ rows, total }) => {
    if (total === 0) return check.ok("no session deviates");
    const sessions = rows.map(({ sessionId, name, value }) => `session ${sessionId} has ${name} ${value}`);
    return check.warning(
      enumerate(sessions, total),
      "end or reconnect these sessions: what they write stops the channel",
    );
  });
}

export function checkBinlogFilter(observation: ServerObservation): Finding {
  const check = checkOn(observation.label, "binlog-filter", "every schema in the binary log");
  return judge(check, observation.binlogFilter, ({ doDatabases, ignoreDatabases }) => {
    const filters = [
      ...(doDatabases === "" ? [] : [`binlog_do_db=${doDatabases}`]),
      ...(ignoreDatabases === "" ? [] : [`binlog_ignore_db=${ignoreDatabases}`]),
    ];
    if (filters.length === 0) return check.ok("nothing is filtered");
    return check.blocker(
      filters.join(" "),
      "needs a restart: remove these lines from my.cnf, else writes would be lost",
    );
  });
}

export function checkRetention(observation: ServerObservation, context: PreflightContext): Finding[] {
  const wanted = context.wantedBinlogRetentionSeconds;
  if (wanted === undefined) return [];
  const check = checkOn(observation.label, "binlog-retention", `binary logs kept for at least ${wanted} s`);
  const kept = binlogRetentionSeconds(binlogExpiry(observation.variables));
  if (kept === undefined) return [check.ok("kept for ever")];
  if (kept >= wanted) return [check.ok(`kept for ${kept} s`)];
  const fix =
    context.purpose === "prepare"
      ? `will be changed by prepare, to ${wanted} s`
      : `run phase prepare again, or SET PERSIST binlog_expire_logs_seconds = ${wanted};`;
  return [check.warning(`kept for ${kept} s`, fix)];
}

export function checkReplicaUpdates({ label, role, facts }: ServerObservation, sources: number): Finding[] {
  const check = checkOn(label, "log-replica-updates", "log_replica_updates ON");
  if (facts.logReplicaUpdates) return [check.ok("log_replica_updates is ON")];
  const fix = "needs a restart: add log_replica_updates = ON to the configuration";
  if (role === "source" && sources > 0) {
    return [check.blocker(`OFF, and the server replicates over ${counted(sources, "channel")}`, fix)];
  }
  return [check.warning("log_replica_updates is OFF", `${fix}; replicas of this server would miss what it applies`)];
}

export function checkDurability({ label, variables }: ServerObservation): Finding {
  const check = checkOn(label, "durability", "sync_binlog = 1 and innodb_flush_log_at_trx_commit = 1");
  const values = ["sync_binlog", "innodb_flush_log_at_trx_commit"].map((name) => ({
    name,
    value: variables.get(name),
  }));
  const seen = values.map(({ name, value }) => `${name} = ${value ?? "unknown"}`).join(", ");
  if (values.every(({ value }) => value === "1")) return check.ok(seen);
  const weak = values.filter(({ value }) => value !== "1");
  return check.warning(
    seen,
    `${weak.map(({ name }) => `SET PERSIST ${name} = 1;`).join(" ")} else a crash may lose transactions that the other server has`,
  );
}
