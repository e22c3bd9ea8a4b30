import { afterAll, beforeAll, expect, it } from "vitest";
import { parseSourceBehaviour, sourceBehaviourQuery, targetSettings } from "../../../../engine/mysql/index.js";
import { runPreflight } from "../../../../engine/preflight/index.js";
import { makeTestDirectory, removeTestDirectory, startTestMysql, type TestMysql } from "../../../../lab/testing.js";

// What an application or a login would notice on a copy, and no comparison of rows finds.
const SET = {
  activate_all_roles_on_login: "ON",
  auto_increment_increment: "7",
  block_encryption_mode: "aes-256-cbc",
  group_concat_max_len: "1000000",
  innodb_strict_mode: "OFF",
  log_bin_trust_function_creators: "ON",
  mandatory_roles: "r_read",
  sql_require_primary_key: "ON",
} as const;
const AT_START = {
  innodb_ft_min_token_size: "1",
  ngram_token_size: "3",
  require_secure_transport: "ON",
  skip_name_resolve: "ON",
} as const;

let outside: string;
let source: TestMysql;
let copy: TestMysql;
beforeAll(async () => {
  outside = await makeTestDirectory("preflight-outside");
  const gtids = { gtid_mode: "ON", enforce_gtid_consistency: "ON" };
  [source, copy] = await Promise.all([
    startTestMysql({
      name: "differences-source",
      settings: { ...gtids, ...AT_START, innodb_directories: outside },
    }),
    startTestMysql({
      name: "differences-copy",
      settings: { ...gtids, super_read_only: "ON", skip_name_resolve: "OFF" },
    }),
  ]);
  await source.rootQuery(
    "CREATE ROLE r_read",
    ...Object.entries(SET).map(
      ([name, value]) => `SET PERSIST ${name} = ${/^\d+$/.test(value) ? value : `'${value}'`}`,
    ),
    "SET PERSIST default_collation_for_utf8mb4 = 'utf8mb4_general_ci'",
    "CREATE SCHEMA audit",
    "CREATE TABLE audit.logins (id INT AUTO_INCREMENT PRIMARY KEY, u VARCHAR(100))",
    "SET PERSIST init_connect = 'INSERT INTO audit.logins (u) VALUES (CURRENT_USER())'",
    "CREATE USER ''@'localhost' IDENTIFIED BY 'x'",
    `CREATE TABLE audit.elsewhere (id INT PRIMARY KEY) DATA DIRECTORY='${outside}'`,
    `CREATE TABLESPACE ts_out ADD DATAFILE '${outside}/ts_out.ibd'`,
  );
});
afterAll(async () => {
  await Promise.all([source?.stop(), copy?.stop()]);
  await removeTestDirectory(outside);
});

it("are found before there is a target, and what can be is handed to it", async () => {
  for (const backupMethod of ["clone", "xtrabackup"] as const) {
    const findings = await runPreflight({ source: source.options, purpose: "prepare", backupMethod });
    const seen = Object.fromEntries(findings.map((finding) => [finding.check, `${finding.severity}: ${finding.seen}`]));
    expect(seen).toMatchObject({
      "anonymous-accounts": "warning: ''@'localhost'",
      // The target is given the source's skip_name_resolve, so a login from 127.0.0.1 is not taken for localhost there.
      "administrator-login": "ok: 'ferry_admin'@'%'",
      "init-connect": "warning: INSERT INTO audit.logins (u) VALUES (CURRENT_USER())",
      "tablespace-files": `blocker: 2 tablespaces: audit.elsewhere (${outside}/audit/elsewhere.ibd), ts_out (${outside}/ts_out.ibd)`,
    });
    expect(seen.settings).toMatch(/not handed to the target: .*default_collation_for_utf8mb4 = utf8mb4_general_ci/);
    expect(seen.settings).toContain("init_connect = INSERT INTO audit.logins");
  }
  const lines = await source.rootQuery(sourceBehaviourQuery());
  const settings = targetSettings(parseSourceBehaviour(lines.map((row) => String(Object.values(row)[0]))));
  expect(settings).toMatchObject({ ...SET, ...AT_START });
});

it("are each found on a target that has not got them", async () => {
  const request = { source: source.options, target: copy.options, purpose: "replicate" } as const;
  const findings = await runPreflight(request);
  const warned = findings.filter(({ severity }) => severity === "warning").map(({ check }) => check);
  const names = [...Object.keys(SET), ...Object.keys(AT_START), "default_collation_for_utf8mb4", "init_connect"];
  expect(warned).toEqual(expect.arrayContaining(names.map((name) => name.replaceAll("_", "-"))));
});
