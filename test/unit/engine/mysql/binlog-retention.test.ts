import { expect, it } from "vitest";
import { binlogExpiry, binlogRetentionSeconds } from "../../../../engine/mysql/index.js";

it.each([
  [{ binlog_expire_logs_seconds: "3600" }, 3600],
  [{ binlog_expire_logs_seconds: "0" }, undefined],
  [{ binlog_expire_logs_seconds: "0", expire_logs_days: "2" }, 172_800],
  [{ binlog_expire_logs_seconds: "0", expire_logs_days: "0" }, undefined],
  [{ binlog_expire_logs_seconds: "3600", expire_logs_days: "2" }, 3600],
  [{ binlog_expire_logs_seconds: "3600", binlog_expire_logs_auto_purge: "OFF" }, undefined],
  [{ binlog_expire_logs_seconds: "3600", binlog_expire_logs_auto_purge: "ON" }, 3600],
])("%o keeps %s s", (variables, expected) => {
  expect(binlogRetentionSeconds(binlogExpiry(new Map(Object.entries(variables))))).toBe(expected);
});
