import { describe, expect, it } from "vitest";
import {
  parseSourceBehaviour,
  settingLines,
  targetSettings,
  VARIABLE_POLICIES,
} from "../../../../engine/mysql/index.js";

const behaviour = (variables: Readonly<Record<string, string>>, more = {}) =>
  targetSettings({
    variables: new Map(Object.entries(variables)),
    isSysdateNow: false,
    usesNativePasswords: false,
    ...more,
  });

/** A source that has all that came with a release. */
const NEWEST = {
  xa_detach_on_prepare: "ON",
  explain_format: "TREE",
  explain_json_format_version: "2",
  restrict_fk_on_non_standard_key: "ON",
  activate_mandatory_roles: "ON",
  innodb_native_foreign_keys: "OFF",
};

describe("the policies of variables", () => {
  it("say of each why", () => {
    for (const [name, { why }] of VARIABLE_POLICIES) expect(why, name).not.toBe("");
  });

  it.each([
    ["block_encryption_mode", "carried"],
    ["group_concat_max_len", "carried"],
    ["mandatory_roles", "carried"],
    ["auto_increment_increment", "carried"],
    ["innodb_ft_min_token_size", "carried"],
    ["skip_name_resolve", "carried"],
    ["default_collation_for_utf8mb4", "compared"],
    ["init_connect", "compared"],
    ["lower_case_table_names", "compared"],
    ["innodb_buffer_pool_size", "irrelevant"],
  ])("%s is %s", (name, kind) => expect(VARIABLE_POLICIES.get(name)?.kind).toBe(kind));
});

describe("targetSettings", () => {
  it("hands over what is carried, by the names of my.cnf, and nothing else", () => {
    expect(
      behaviour({ ...NEWEST, sql_mode: "ANSI", time_zone: "+02:00", server_id: "7", init_connect: "DO 1" }),
    ).toEqual({
      ...NEWEST,
      sql_mode: "ANSI",
      default_time_zone: "+02:00",
    });
  });

  it("leaves out the time zone SYSTEM, and what my.cnf cannot hold as it is", () => {
    const values = { time_zone: "SYSTEM", mandatory_roles: 'a"b', lc_time_names: "de\\DE", sql_mode: "x".repeat(1024) };
    expect(behaviour({ ...NEWEST, ...values })).toEqual(NEWEST);
  });

  it("keeps a newer release doing as the source does that has no such variable", () => {
    expect(behaviour({})).toEqual({
      xa_detach_on_prepare: "OFF",
      explain_format: "TRADITIONAL",
      explain_json_format_version: "1",
      restrict_fk_on_non_standard_key: "OFF",
      activate_mandatory_roles: "OFF",
      innodb_native_foreign_keys: "ON",
    });
  });

  it("hands over what no variable shows", () => {
    expect(behaviour(NEWEST, { isSysdateNow: true, usesNativePasswords: true })).toEqual({
      ...NEWEST,
      sysdate_is_now: "ON",
      mysql_native_password: "ON",
    });
  });

  it("is written so that a release passes over what it does not know", () => {
    expect(settingLines({ sql_mode: "ANSI,STRICT_ALL_TABLES" })).toEqual(['loose_sql_mode = "ANSI,STRICT_ALL_TABLES"']);
  });
});

it("reads what the source's own client prints", () => {
  const lines = ["sql_mode=A=B", "mandatory_roles=", "sysdate-is-now=1", "native-passwords=0"];
  expect(parseSourceBehaviour(lines)).toEqual({
    variables: new Map([
      ["sql_mode", "A=B"],
      ["mandatory_roles", ""],
    ]),
    isSysdateNow: true,
    usesNativePasswords: false,
  });
});
