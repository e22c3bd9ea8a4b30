import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isKnown } from "../../../../engine/verify/objects/foreign-tables.js";
import { OBJECT_KINDS } from "../../../../engine/verify/objects/kinds.js";
import { NOT_COMPARED } from "../../../../engine/verify/objects/not-compared.js";
import { ENCODINGS } from "../../../../engine/verify/rows/row-hash.js";
import { startTestMysql, type TestMysql, testInstallation } from "../../../../lab/testing.js";

let server: TestMysql;
beforeAll(async () => {
  server = await startTestMysql({ name: "verify-own-tables" });
});
afterAll(() => server.stop());

/** What the server calls the types of columns, and what its data dictionary does. */
const STORED_TYPES: Readonly<Record<string, readonly string[]>> = {
  MYSQL_TYPE_TINY: ["tinyint"],
  MYSQL_TYPE_SHORT: ["smallint"],
  MYSQL_TYPE_INT24: ["mediumint"],
  MYSQL_TYPE_LONG: ["int"],
  MYSQL_TYPE_LONGLONG: ["bigint"],
  MYSQL_TYPE_FLOAT: ["float"],
  MYSQL_TYPE_DOUBLE: ["double"],
  MYSQL_TYPE_NEWDECIMAL: ["decimal"],
  MYSQL_TYPE_BIT: ["bit"],
  MYSQL_TYPE_YEAR: ["year"],
  MYSQL_TYPE_NEWDATE: ["date"],
  MYSQL_TYPE_TIME2: ["time"],
  MYSQL_TYPE_DATETIME2: ["datetime"],
  MYSQL_TYPE_TIMESTAMP2: ["timestamp"],
  MYSQL_TYPE_STRING: ["char", "binary"],
  MYSQL_TYPE_VARCHAR: ["varchar", "varbinary"],
  MYSQL_TYPE_TINY_BLOB: ["tinytext", "tinyblob"],
  MYSQL_TYPE_BLOB: ["text", "blob"],
  MYSQL_TYPE_MEDIUM_BLOB: ["mediumtext", "mediumblob"],
  MYSQL_TYPE_LONG_BLOB: ["longtext", "longblob"],
  MYSQL_TYPE_ENUM: ["enum"],
  MYSQL_TYPE_SET: ["set"],
  MYSQL_TYPE_JSON: ["json"],
  MYSQL_TYPE_VECTOR: ["vector"],
  MYSQL_TYPE_GEOMETRY: [
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geomcollection",
  ],
};
/** Types of results, of the protocol, and of tables of MySQL 4 and before, which no server of today can hold. */
const NOT_STORED = [
  "DECIMAL",
  "NULL",
  "TIMESTAMP",
  "DATE",
  "TIME",
  "DATETIME",
  "VAR_STRING",
  "TYPED_ARRAY",
  "INVALID",
  "BOOL",
];

describe("the server's own list of", () => {
  it("column types has none that rows cannot be compared by", async () => {
    const { mysqld } = await testInstallation();
    const program = await programOf(mysqld);
    // The data dictionary's own table of columns is defined by a text in the program.
    const [, list] = /type ENUM\(\s*('MYSQL_TYPE_DECIMAL'[^)]*)\)/.exec(program.toString("latin1")) ?? [];
    const types = [...(list ?? "").matchAll(/'(MYSQL_TYPE_\w+)'/g)].map(([, name]) => String(name));
    expect(types.length).toBeGreaterThan(25);
    const notStored = NOT_STORED.map((name) => `MYSQL_TYPE_${name}`);
    expect(types.filter((name) => STORED_TYPES[name] === undefined && !notStored.includes(name))).toEqual([]);
    const comparable = Object.keys(ENCODINGS).sort();
    expect(comparable).toEqual(Object.values(STORED_TYPES).flat().sort());
  });

  it("its own tables has none of which nobody has said whether it is compared", async () => {
    const tables = await server.rootQuery(
      "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA IN ('information_schema', 'mysql')",
    );
    const names = tables.map(({ name }) => String(name));
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
    const reasons = Object.keys(NOT_COMPARED).filter((name) => !name.endsWith("*"));
    const optional = /FAILED_LOGIN_ATTEMPTS|ndb_binlog_index|JSON_DUALITY|ROUTINE_LIBRARIES/;
    expect(reasons.filter((name) => !names.includes(name) && !optional.test(name))).toEqual([]);
  });

  it("their columns has all that are named as compared by, or as not compared", async () => {
    for (const { kind, from, name, notCompared, schema, position, secret } of OBJECT_KINDS) {
      const [inSchema = "", table = ""] = from.split(".");
      const rows = await server.rootQuery(
        `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '${inSchema}' AND TABLE_NAME = '${table}'`,
      );
      const columns = rows.map((row) => String(row.name));
      const named = [...name, ...Object.keys(notCompared), schema ?? [], position ?? [], secret ?? []].flat();
      expect({ kind, missing: named.filter((column) => !columns.includes(column)) }).toEqual({ kind, missing: [] });
    }
  });
});

/** The program behind a wrapper that starts it with libraries of its own. */
async function programOf(path: string): Promise<Buffer> {
  const content = await readFile(path);
  const [wrapped] = /\S+\/usr\/sbin\/mysqld/.exec(content.subarray(0, 4096).toString("latin1")) ?? [];
  return wrapped === undefined || wrapped === path ? content : readFile(join(wrapped));
}
