import { describe, expect, it } from "vitest";
import { showStatement } from "../../../../engine/mysql/index.js";
import {
  createAccountStatement,
  forgetStatement,
  grantStatement,
  setStatement,
} from "../../../../engine/preparation/source-statements.js";

const account = { user: "re?pl'", host: "10.10.%" };

describe("statements of the preparation", () => {
  it("shows account statements with every text quoted and no password", () => {
    const create = createAccountStatement(account, true, "s3cret");
    expect(showStatement(create)).toBe(
      "CREATE USER 're?pl\\''@'10.10.%' IDENTIFIED WITH caching_sha2_password BY '********' REQUIRE SSL PASSWORD EXPIRE NEVER PASSWORD HISTORY 0 PASSWORD REUSE INTERVAL 0 DAY",
    );
    expect(showStatement(grantStatement(account))).toBe("GRANT REPLICATION SLAVE ON *.* TO 're?pl\\''@'10.10.%'");
  });

  it("persists numbers as numbers and words as words", () => {
    expect(showStatement(setStatement("binlog_expire_logs_seconds", "7200"))).toBe(
      "SET PERSIST binlog_expire_logs_seconds = 7200",
    );
    expect(showStatement(setStatement("gtid_mode", "ON"))).toBe("SET PERSIST gtid_mode = 'ON'");
  });

  it("forgets a persisted value that was not there, and restores one that was", () => {
    expect(showStatement(forgetStatement({ name: "gtid_mode", value: "OFF", persisted: null }))).toBe(
      "RESET PERSIST IF EXISTS gtid_mode",
    );
    expect(showStatement(forgetStatement({ name: "gtid_mode", value: "OFF", persisted: "OFF" }))).toBe(
      "SET PERSIST gtid_mode = 'OFF'",
    );
  });
});
