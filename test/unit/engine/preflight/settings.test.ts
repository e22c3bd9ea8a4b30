import { describe, expect, it } from "vitest";
import { checkSettingsPair, checkSourceSettings } from "../../../../engine/preflight/checks/settings.js";
import { brief, sourceWith, targetWith } from "./observations.js";

describe("settings of two servers", () => {
  const differing = (variables: Record<string, string>, ofSource: Record<string, string> = {}, set: string[] = []) =>
    checkSettingsPair(sourceWith({ variablesSet: new Set(set) }, {}, ofSource), targetWith({}, {}, variables))
      .filter(({ severity }) => severity !== "ok")
      .map(brief);

  it("that are equal are one finding", () => {
    expect(checkSettingsPair(sourceWith(), targetWith()).map(({ check, severity }) => [check, severity])).toEqual([
      ["settings", "ok"],
    ]);
  });

  it("may list SQL modes in any order", () => {
    expect(differing({ sql_mode: "NO_ENGINE_SUBSTITUTION,STRICT_TRANS_TABLES" })).toEqual([]);
  });

  it("that differ say what that does, and what to do", () => {
    expect(
      differing(
        { lower_case_table_names: "1", sql_mode: "", block_encryption_mode: "aes-128-ecb", mandatory_roles: "" },
        { block_encryption_mode: "aes-256-cbc", mandatory_roles: "r_read" },
      ),
    ).toEqual([
      [
        "blocker",
        "lower-case-table-names",
        "1",
        "the data can only be read with the value that they were made with: restore the target anew with lower_case_table_names=0",
      ],
      [
        "warning",
        "sql-mode",
        "(empty)",
        "statements would be accepted, refused or read otherwise: sql_mode = STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION in the target's settings (mysql.settings of the chart), or SET PERSIST where it can be set at run time",
      ],
      [
        "warning",
        "block-encryption-mode",
        "aes-128-ecb",
        expect.stringContaining(
          "functions and expressions would give other results: block_encryption_mode = aes-256-cbc",
        ),
      ],
      [
        "warning",
        "mandatory-roles",
        "(empty)",
        expect.stringContaining("accounts would have other rights: mandatory_roles = r_read"),
      ],
    ]);
  });

  it("that each server has its own of are not compared", () => {
    expect(differing({ server_id: "2", innodb_buffer_pool_size: "2" }, { server_id: "1" })).toEqual([]);
  });

  it("of only one release are not compared, unless they were set", () => {
    const ofSource = { default_authentication_plugin: "mysql_native_password", sql_safe_updates: "ON" };
    expect(differing({}, ofSource)).toEqual([]);
    expect(differing({ sql_safe_updates: "ON" }, ofSource, Object.keys(ofSource))).toEqual([
      [
        "warning",
        "missing-settings",
        "has no default_authentication_plugin = mysql_native_password",
        expect.stringContaining("look what took their place"),
      ],
    ]);
  });

  it("that nobody has judged are one warning where they differ", () => {
    expect(differing({ novel_switch: "OFF" }, { novel_switch: "ON" })).toEqual([
      ["warning", "unknown-settings", "novel_switch: OFF, source ON", expect.stringContaining("find out what they do")],
    ]);
  });

  it.each([
    ["index_merge=on,mrr=off", "mrr=off,index_merge=on,novel=on", 0],
    ["index_merge=on,mrr=off", "index_merge=off,mrr=off", 1],
  ])("compare the optimizer's switches that both know: %s and %s", (wanted, seen, findings) => {
    expect(differing({ optimizer_switch: seen }, { optimizer_switch: wanted })).toHaveLength(findings);
  });
});

describe("settings of the source", () => {
  const seen = (variables: Record<string, string>, set: string[] = Object.keys(variables)) =>
    checkSourceSettings(sourceWith({ variablesSet: new Set(set) }, {}, variables)).map(
      ({ severity, seen: text }) => `${severity}: ${text}`,
    );

  it("are handed to the target", () => {
    expect(seen({ mandatory_roles: "r", group_concat_max_len: "7" })).toEqual([
      "ok: all that matter are handed to the target",
    ]);
  });

  it("are named where they cannot be, if somebody has set them", () => {
    const variables = { init_connect: "SET NAMES latin1", mandatory_roles: 'a"b', novel_switch: "ON", server_id: "7" };
    expect(seen(variables)).toEqual([
      'warning: set here, and not handed to the target: init_connect = SET NAMES latin1, mandatory_roles = a"b, novel_switch = ON',
    ]);
    expect(seen(variables, [])).toEqual(["ok: all that matter are handed to the target"]);
  });

  it("are the machine's where the time zone is SYSTEM", () => {
    expect(seen({ time_zone: "SYSTEM", system_time_zone: "CET" }, [])).toEqual([
      "warning: set here, and not handed to the target: time_zone = SYSTEM, which is CET here",
    ]);
    expect(seen({ time_zone: "+01:00", system_time_zone: "CET" }, [])).toHaveLength(1);
  });
});
