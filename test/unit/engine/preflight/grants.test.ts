import { describe, expect, it } from "vitest";
import { holds, type PrivilegeScope, parseGrants } from "../../../../engine/preflight/grants.js";

const TO = "TO `u`@`%`";
const table = { schema: "performance_schema", table: "log_status" };

describe("holds", () => {
  const cases: [string, string[], string, PrivilegeScope, boolean][] = [
    ["global", [`GRANT SELECT, RELOAD ON *.* ${TO}`], "RELOAD", "global", true],
    ["another global", [`GRANT SELECT, RELOAD ON *.* ${TO}`], "PROCESS", "global", false],
    ["dynamic", [`GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* ${TO}`], "XA_RECOVER_ADMIN", "global", true],
    ["all privileges", [`GRANT ALL PRIVILEGES ON *.* ${TO} WITH GRANT OPTION`], "CREATE USER", "global", true],
    ["nothing", [`GRANT USAGE ON *.* ${TO}`], "SELECT", "global", false],
    ["part of a name", [`GRANT REPLICATION CLIENT ON *.* ${TO}`], "REPLICATION", "global", false],
    ["a table by a global grant", [`GRANT SELECT ON *.* ${TO}`], "SELECT", table, true],
    ["a table by its schema", [`GRANT SELECT ON \`performance_schema\`.* ${TO}`], "SELECT", table, true],
    ["a table by a pattern", [`GRANT SELECT ON \`perf%\`.* ${TO}`], "SELECT", table, true],
    [
      "a table by all of its schema",
      [`GRANT ALL PRIVILEGES ON \`performance\\_schema\`.* ${TO}`],
      "SELECT",
      table,
      true,
    ],
    [
      "a table by its own grant",
      [`GRANT SELECT ON \`performance_schema\`.\`log_status\` ${TO}`],
      "SELECT",
      table,
      true,
    ],
    ["another table", [`GRANT SELECT ON \`performance_schema\`.\`threads\` ${TO}`], "SELECT", table, false],
    ["everything by one schema", [`GRANT SELECT ON \`app\`.* ${TO}`], "SELECT", "global", false],
    ["an escaped wildcard", [`GRANT SELECT ON \`a\\_b\`.* ${TO}`], "SELECT", { schema: "axb" }, false],
    ["a wildcard", [`GRANT SELECT ON \`a_b\`.* ${TO}`], "SELECT", { schema: "axb" }, true],
    ["a dot is no wildcard", [`GRANT SELECT ON \`a.b\`.* ${TO}`], "SELECT", { schema: "axb" }, false],
    [
      "a column only",
      [`GRANT SELECT (\`user\`, \`a,b\`), INSERT ON \`app\`.\`t\` ${TO}`],
      "SELECT",
      { schema: "app", table: "t" },
      false,
    ],
    [
      "beside a column",
      [`GRANT SELECT (\`user\`), INSERT ON \`app\`.\`t\` ${TO}`],
      "INSERT",
      { schema: "app", table: "t" },
      true,
    ],
    ["a name with a backtick", [`GRANT SELECT ON \`a\`\`b\`.* ${TO}`], "SELECT", { schema: "a`b" }, true],
    ["names without quotes", ["GRANT SELECT ON app.* TO u@%"], "SELECT", { schema: "app" }, true],
    ["a role alone", ["GRANT `dba`@`%` TO `u`@`%`"], "SELECT", "global", false],
    ["a proxy", ["GRANT PROXY ON ``@`` TO `root`@`localhost` WITH GRANT OPTION"], "PROXY", "global", false],
    ["a routine", [`GRANT EXECUTE ON FUNCTION \`app\`.\`f\` ${TO}`], "EXECUTE", { schema: "app" }, false],
  ];
  it.each(cases)("%s", (_, lines, privilege, scope, expected) => {
    expect(holds(parseGrants(lines), privilege, scope)).toBe(expected);
  });

  it("lets a partial revoke cut into a global grant", () => {
    const grants = parseGrants([`GRANT SELECT, EVENT ON *.* ${TO}`, "REVOKE SELECT ON `mysql`.* FROM `u`@`%`"]);
    expect([
      holds(grants, "SELECT", "global"),
      holds(grants, "SELECT", { schema: "mysql" }),
      holds(grants, "SELECT", { schema: "app" }),
      holds(grants, "EVENT", "global"),
    ]).toEqual([false, false, true, true]);
  });

  it("asks for the grant option where it is needed", () => {
    const grants = parseGrants([
      `GRANT REPLICATION SLAVE ON *.* ${TO} WITH GRANT OPTION`,
      `GRANT BACKUP_ADMIN ON *.* ${TO}`,
    ]);
    expect(holds(grants, "REPLICATION SLAVE", "global", { grantable: true })).toBe(true);
    expect(holds(grants, "BACKUP_ADMIN", "global", { grantable: true })).toBe(false);
  });
});
