import { SESSION_VARIABLES } from "@gtid-ferry/engine/mysql";
import { describe, expect, it } from "vitest";
import { sessionStatement, unrestricted } from "../../../../engine/mysql/session-variables.js";

describe("the statement that sets a session's variables", () => {
  it("hides what an older server does not know in a comment for it", () => {
    const statement = sessionStatement([
      { name: "explain_format", value: "TRADITIONAL", since: 80032, why: "" },
      { name: "sql_mode", value: "ANSI", why: "" },
      { name: "max_join_size", value: "18446744073709551615", why: "" },
    ]);
    expect(statement).toBe(
      "SET SESSION sql_mode = 'ANSI', max_join_size = 18446744073709551615/*!80032 , explain_format = 'TRADITIONAL' */",
    );
  });

  it("leaves out what an ordinary account may not set", () => {
    const left = unrestricted().map(({ name }) => name);
    expect(left).toContain("max_execution_time");
    expect(left).not.toContain("sql_require_primary_key");
    expect(left.length).toBeLessThan(SESSION_VARIABLES.length);
  });

  it("names each variable once, with a reason", () => {
    const names = SESSION_VARIABLES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(SESSION_VARIABLES.every(({ why }) => why.length > 10)).toBe(true);
  });
});
