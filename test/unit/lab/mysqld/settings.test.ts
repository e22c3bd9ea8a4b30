import { describe, expect, test } from "vitest";
import { configurationText, initialSettings, mergeSettings, placeSettings } from "../../../../lab/mysqld/settings.js";

describe("configurationText", () => {
  test("writes one line for each setting", () => {
    expect(configurationText({ server_id: 7, gtid_mode: "ON" })).toBe("[mysqld]\nserver_id = 7\ngtid_mode = ON\n");
  });

  test("quotes what an option file would misread", () => {
    expect(configurationText({ init_connect: 'SET @a = "x#y"' })).toBe(
      '[mysqld]\ninit_connect = "SET @a = \\"x#y\\""\n',
    );
  });

  test("refuses a second line", () => {
    expect(() => configurationText({ port: "1\nuser=x" })).toThrow("setting port has more than one line");
  });
});

test("later settings replace earlier ones in either spelling", () => {
  expect(mergeSettings({ gtid_mode: "OFF", port: 1 }, { "gtid-mode": "ON" })).toEqual({ gtid_mode: "ON", port: 1 });
});

test("only settings that are fixed in a data directory are initial", () => {
  expect(initialSettings({ "innodb-page-size": "8k", gtid_mode: "ON", lower_case_table_names: 1 })).toEqual({
    "innodb-page-size": "8k",
    lower_case_table_names: 1,
  });
});

test("a server of the lab is local only", () => {
  expect(placeSettings({ dataDirectory: "/d", socket: "/s", errorLog: "/e" })).toMatchObject({
    datadir: "/d",
    bind_address: "127.0.0.1",
    loose_mysqlx: "OFF",
  });
});
