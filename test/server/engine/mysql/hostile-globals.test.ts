import { settleErrants } from "@gtid-ferry/engine/errant";
import { SESSION_VARIABLES } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { runPreflight } from "@gtid-ferry/engine/preflight";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { switchover } from "@gtid-ferry/engine/switchover";
import { describeReport, repairData, verifyData } from "@gtid-ferry/engine/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitCatchUp } from "../../../../lab/catch-up.js";
import { testInstallation } from "../../../../lab/testing.js";
import { verificationOf } from "../../helpers/pair.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

/** The GLOBAL value that would do the most harm, for every variable that a session of the tool sets. */
const HOSTILE: Readonly<Record<string, string | number>> = {
  character_set_client: "latin1",
  character_set_results: "latin1",
  collation_connection: "latin1_german2_ci",
  lc_messages: "de_DE",
  lc_time_names: "ja_JP",
  time_zone: "+05:30",
  sql_mode:
    "ANSI,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,NO_UNSIGNED_SUBTRACTION,TRADITIONAL,NO_ZERO_DATE,NO_ZERO_IN_DATE",
  sql_auto_is_null: 1,
  sql_select_limit: 1,
  group_concat_max_len: 4,
  max_join_size: 1,
  sql_big_selects: 0,
  max_sort_length: 4,
  range_optimizer_max_mem_size: 1,
  eq_range_index_dive_limit: 1,
  explain_format: "TREE",
  max_error_count: 0,
  sql_notes: 0,
  sql_quote_show_create: 0,
  print_identified_with_as_hex: 0,
  show_create_table_verbosity: 1,
  show_gipk_in_create_table_and_information_schema: 0,
  information_schema_stats_expiry: 86_400,
  terminology_use_previous: "BEFORE_8_2_0",
  max_execution_time: 1,
  wait_timeout: 1,
  interactive_timeout: 1,
  net_read_timeout: 1,
  net_write_timeout: 1,
  lock_wait_timeout: 1,
  innodb_lock_wait_timeout: 1,
  connection_memory_limit: 2_097_152,
  autocommit: 0,
  completion_type: "RELEASE",
  transaction_read_only: 1,
  transaction_isolation: "READ-UNCOMMITTED",
  foreign_key_checks: 0,
  unique_checks: 0,
  sql_safe_updates: 1,
  auto_increment_increment: 7,
  auto_increment_offset: 3,
  explicit_defaults_for_timestamp: 0,
  default_storage_engine: "MyISAM",
  default_tmp_storage_engine: "MyISAM",
  sql_require_primary_key: 1,
  sql_generate_invisible_primary_key: 1,
  binlog_format: "STATEMENT",
  binlog_row_image: "MINIMAL",
  binlog_row_value_options: "PARTIAL_JSON",
};

/** A replica cannot apply anything with these (measured on 9.7.4: the applier stops with 13117). */
const END_REPLICATION = ["transaction_read_only", "binlog_format"];
/** The pre-checks of a switchover refuse these, because the application's own sessions have them. */
const REFUSED = ["binlog_format", "binlog_row_image"];

/** By each server itself: the statement as it is logged has no key. */
const GENERATED_KEY = [
  "SET SESSION sql_log_bin = 0, sql_generate_invisible_primary_key = 1",
  "CREATE TABLE shop.gipk (v INT)",
];

let pair: SwitchoverPair;
beforeAll(async () => {
  pair = await startSwitchoverPair("hostile-globals");
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE SCHEMA gtid_ferry",
    "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL, day DATE NULL, doc JSON)",
    "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
    "INSERT INTO shop.item (name, day, doc) WITH RECURSIVE s AS (SELECT 1 n UNION ALL SELECT n + 1 FROM s WHERE n < 500) SELECT CONCAT('\u00e4', n, '\\\\'), '2024-02-31', '[1]' FROM s",
    "CREATE TABLE shop.dated (day DATE PRIMARY KEY, v INT)",
    "INSERT INTO shop.dated VALUES ('0000-00-00', 1), ('2024-02-31', 2), ('2024-03-01', 3)",
    ...GENERATED_KEY,
    "SET SESSION sql_log_bin = 1",
    "GRANT ALL ON shop.* TO ferry_admin@'%'",
    "GRANT CREATE TEMPORARY TABLES ON gtid_ferry.* TO ferry_admin@'%'",
    "GRANT SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER ON *.* TO ferry_admin@'%'",
    "CREATE DEFINER = app@'%' EVENT shop.tick ON SCHEDULE EVERY 1 HOUR DO DELETE FROM shop.item WHERE id < 0",
  );
  await awaitCatchUp(pair.source.options, pair.target.options);
  await pair.target.rootQuery("SET GLOBAL super_read_only = OFF", ...GENERATED_KEY, "SET GLOBAL super_read_only = ON");
  await pair.source.rootQuery("INSERT INTO shop.gipk VALUES (1), (1), (2)", ...hostileExcept());
  await pair.target.rootQuery("STOP REPLICA SQL_THREAD", ...hostileExcept(END_REPLICATION), "START REPLICA SQL_THREAD");
});
afterAll(() => pair?.stop());

const hostileExcept = (names: readonly string[] = []) =>
  Object.entries(HOSTILE)
    .filter(([name]) => !names.includes(name))
    .map(([name, value]) => `SET GLOBAL ${name} = ${literal(value)}`);
const literal = (value: string | number) => (typeof value === "number" ? value : `'${value}'`);
/** As root with ordinary variables, whatever GLOBAL they come from. */
const ORDINARY =
  "SET SESSION sql_mode = '', autocommit = 1, completion_type = 0, transaction_read_only = 0, max_execution_time = 0, sql_safe_updates = 0, binlog_format = 'ROW', binlog_row_image = 'FULL'";
const onTarget = (...statements: string[]) =>
  pair.target.rootQuery(
    ORDINARY,
    "SET SESSION sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    ...statements,
    "SET GLOBAL super_read_only = ON",
  );

// One pair's life in order.
describe("GLOBAL values that nobody expects", () => {
  it("are all of those that the tool's sessions set", () => {
    expect(Object.keys(HOSTILE).sort()).toEqual(SESSION_VARIABLES.map(({ name }) => name).sort());
  });

  it("reach no answer of preflight", async () => {
    const findings = await runPreflight({
      purpose: "replicate",
      source: pair.source.options,
      target: pair.target.options,
    });
    const observed = findings.filter(({ check }) => check === "observation" || check === "connection");
    expect(observed.filter(({ severity }) => severity !== "ok")).toEqual([]);
  });

  it("make no comparison false, and end none", async () => {
    expect(describeReport(await verifyData(verificationOf(pair), silent))[0]).toMatch(/^OK: 506 rows in 3 tables/);
    await pair.target.rootQuery("STOP REPLICA SQL_THREAD");
    await pair.source.rootQuery(ORDINARY, "UPDATE shop.item SET name = 'late' WHERE id = 1", "COMMIT");
    const waiting = verifyData(verificationOf(pair), silent);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await pair.target.rootQuery("START REPLICA SQL_THREAD");
    expect(describeReport(await waiting)[0]).toMatch(/^OK: /);
  });

  it("keep no difference from being found, nor from being repaired", async () => {
    await onTarget(
      "UPDATE shop.item SET name = 'drift' WHERE id = 77",
      "UPDATE shop.dated SET v = 9 WHERE day = '0000-00-00'",
      "UPDATE shop.gipk SET v = 5 WHERE v = 2",
    );
    const found = await verifyData(verificationOf(pair), silent);
    expect(describeReport(found).filter((line) => line.startsWith("shop."))).toEqual([
      "shop.dated ('0000-00-00'): differs",
      "shop.gipk (3): differs",
      "shop.item (77): differs",
    ]);
    expect(await repairData(verificationOf(pair), found, silent)).toEqual({ repairedRows: 3, refused: [] });
    expect(describeReport(await verifyData(verificationOf(pair), silent))[0]).toMatch(/^OK: /);
  });

  it("hide no errant transaction, and stop no repair of one", async () => {
    await pair.target.rootQuery("FLUSH PRIVILEGES");
    const errant = async () => (await reportChannel(pair.source.options, pair.target.options, "gtid_ferry")).errant;
    expect(await errant()).toMatch(/:1$/);
    const { mysqlbinlog } = await testInstallation();
    await settleErrants({ ...pair.channel, policy: "inject-empty", confirmation: "", mysqlbinlog }, silent);
    expect(await errant()).toBe("");
  });

  it("stop no switchover, there and back", async () => {
    const ordinary = [...END_REPLICATION, ...REFUSED].map((name) => `SET GLOBAL ${name} = DEFAULT`);
    await pair.source.rootQuery(...ordinary);
    await pair.target.rootQuery("STOP REPLICA SQL_THREAD", ...ordinary, "START REPLICA SQL_THREAD");
    for (const primary of ["target", "source"] as const) {
      const { report } = await switchover(pair.request(primary), [], silent);
      expect(report).toMatchObject({ primary });
      await pair[primary].rootQuery(
        ORDINARY,
        `INSERT INTO shop.dated VALUES ('${primary === "target" ? "2030-01-01" : "2031-01-01"}', 1)`,
      );
    }
    expect(describeReport(await verifyData(verificationOf(pair), silent))[0]).toMatch(/^OK: /);
  });
});
