import { expect, test } from "vitest";
import { ADMINISTRATOR_GRANTS, accountStatements } from "../../../../lab/mysqld/accounts.js";

test("accounts stay out of the binary log, because each server has its own", () => {
  expect(accountStatements()[0]).toBe("SET SESSION sql_log_bin = 0");
});

test("the administrator never gets everything", () => {
  const privileges = ADMINISTRATOR_GRANTS.flatMap((grant) => grant.privileges);
  expect(privileges).not.toContain("ALL");
  expect(privileges).not.toContain("SUPER");
  expect(ADMINISTRATOR_GRANTS.filter((grant) => grant.withGrantOption).flatMap((grant) => grant.privileges)).toEqual([
    "REPLICATION SLAVE",
  ]);
});

test("the application may use its own schema only", () => {
  const toApplication = accountStatements().filter((sql) => sql.startsWith("GRANT") && sql.includes("'app'"));
  expect(toApplication).toEqual(["GRANT ALL ON `shop`.* TO 'app'@'%'"]);
});
