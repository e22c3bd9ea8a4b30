import { expect, it } from "vitest";
import { withoutCredentials } from "../../../../engine/binlog/credentials.js";

it.each([
  [
    "CREATE USER 'a'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '$A$00A$Cp;t\\'x','b'@'%' IDENTIFIED BY 'p''w' REQUIRE SSL",
    "CREATE USER 'a'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '********','b'@'%' IDENTIFIED BY '********' REQUIRE SSL",
  ],
  ["alter user a identified with sha256_password as 'x'", "alter user a identified with sha256_password as '********'"],
  ["SET PASSWORD FOR 'a'@'%'='x'", "SET PASSWORD FOR 'a'@'%'='********'"],
  [
    "CREATE SERVER s OPTIONS (USER 'u', PASSWORD 'x', HOST 'h')",
    "CREATE SERVER s OPTIONS (USER 'u', PASSWORD '********', HOST 'h')",
  ],
  ["CREATE USER a IDENTIFIED BY 'cut in the mid", "CREATE USER a IDENTIFIED BY '********'"],
  [
    "CREATE TABLE t (identified INT, password CHAR(9) DEFAULT 'x')",
    "CREATE TABLE t (identified INT, password CHAR(9) DEFAULT 'x')",
  ],
])("hides passwords in %s", (statement, shown) => {
  expect(withoutCredentials(statement)).toBe(shown);
});
