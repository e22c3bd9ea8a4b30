import type { TestMysql } from "../../lab/testing.js";

const MOVING = [
  "gtid_executed",
  "gtid_purged",
  "gtid_owned",
  "timestamp",
  "rand_seed1",
  "rand_seed2",
  "pseudo_thread_id",
];

/** Everything a user could notice of a source: variables but for counters and positions, accounts, schemas, plugins. */
export async function sourcePicture(source: TestMysql) {
  return {
    variables: await source.rootQuery(
      `SELECT * FROM performance_schema.global_variables WHERE VARIABLE_NAME NOT IN ('${MOVING.join("','")}')`,
    ),
    persisted: await source.rootQuery("SELECT * FROM performance_schema.persisted_variables"),
    users: await source.rootQuery("SELECT * FROM mysql.user ORDER BY User, Host"),
    schemas: await source.rootQuery("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA"),
    plugins: await source.rootQuery("SELECT * FROM mysql.plugin"),
  };
}
