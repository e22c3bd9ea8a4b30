import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CLIENT_ERRORS, LOGGED_ERRORS, SERVER_ERRORS } from "../../../../engine/mysql/series/errors.js";
import { existsAt, type Names } from "../../../../engine/mysql/series/lifetime.js";
import { PROGRAM_OPTIONS, SERVER_OPTIONS } from "../../../../engine/mysql/series/programs.js";
import { CHANNEL_OPTIONS, RESERVED_WORDS, STATEMENTS } from "../../../../engine/mysql/series/statements.js";
import { VARIABLES, VARIABLES_OF_PLUGINS } from "../../../../engine/mysql/series/variables.js";
import { COLUMNS, VIEWS } from "../../../../engine/mysql/series/views.js";
import { FUNCTIONS, PRIVILEGES } from "../../../../engine/mysql/series/words.js";
import { parseVersion } from "../../../../engine/mysql/version.js";
import { startTestMysql, type TestMysql, testInstallation } from "../../../../lab/testing.js";

/** The table of server series against the one that is here: what it says of this release must be so. */
let server: TestMysql;
let here: ReturnType<typeof parseVersion>;
beforeAll(async () => {
  server = await startTestMysql({ name: "series" });
  here = parseVersion((await texts("SELECT VERSION()"))[0] as string);
});
afterAll(() => server.stop());

async function texts(sql: string): Promise<string[]> {
  return (await server.rootQuery(sql)).map((row) => String(Object.values(row)[0]));
}

/** Names of which the table says something else than the server. */
function wrong(names: Names, has: (name: string) => boolean): string[] {
  return Object.entries(names)
    .filter(([name, lifetime]) => existsAt(lifetime, here) !== has(name))
    .map(([name]) => name);
}

it("names the views, columns and variables that the server has", async () => {
  const own = "WHERE TABLE_SCHEMA IN ('information_schema', 'performance_schema', 'mysql')";
  const views = new Set(
    await texts(`SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.TABLES ${own}`),
  );
  expect(wrong(VIEWS, (name) => views.has(name))).toEqual([]);
  const columns = new Set(await texts(`SELECT DISTINCT UPPER(COLUMN_NAME) FROM information_schema.COLUMNS ${own}`));
  expect(wrong(COLUMNS, (name) => columns.has(name))).toEqual([]);
  const variables = new Set(await texts("SELECT LOWER(VARIABLE_NAME) FROM performance_schema.session_variables"));
  expect(wrong(VARIABLES, (name) => variables.has(name))).toEqual([]);
  expect(Object.keys(VARIABLES_OF_PLUGINS).filter((name) => variables.has(name))).toEqual([]);
});

it("names the privileges, reserved words and errors that the server has", async () => {
  const privileges = new Set((await texts("SHOW PRIVILEGES")).map((name) => name.toUpperCase()));
  expect(wrong(PRIVILEGES, (name) => privileges.has(name))).toEqual([]);
  const reserved = new Set(await texts("SELECT WORD FROM information_schema.KEYWORDS WHERE RESERVED = 1"));
  expect(wrong(RESERVED_WORDS, (name) => reserved.has(name))).toEqual([]);
  const errors = new Map(
    (
      await server.rootQuery(
        "SELECT ERROR_NUMBER AS number, ERROR_NAME AS name FROM performance_schema.events_errors_summary_global_by_error",
      )
    ).map(({ number, name }) => [String(number), name]),
  );
  const ofTable = Object.entries({ ...SERVER_ERRORS, ...LOGGED_ERRORS });
  for (const [number, error] of ofTable) {
    expect(errors.get(number), number).toBe(existsAt(error, here) ? error.name : undefined);
  }
  expect(Object.keys(CLIENT_ERRORS).filter((number) => errors.has(number))).toEqual([]);
});

it("names functions that the server has", async () => {
  for (const name of Object.keys(FUNCTIONS)) {
    // A function that is not there is error 1305 or a column's 1054; one with a syntax of its own is 1064.
    const sql = NAMED_OTHERWISE.has(name) ? `SELECT ${name}` : `SELECT ${name}(1, 2, 3, 4, 5, 6, 7, 8, 9)`;
    const error = await server.rootQuery(sql).then(
      () => undefined,
      (cause: { errno?: number }) => cause.errno,
    );
    expect(error, name).not.toBe(1305);
  }
});
const NAMED_OTHERWISE = new Set(["CURRENT_USER", "EXISTS", "INTERVAL", "JSON_TABLE"]);

it("names options that mysqld and its programs have", async () => {
  const directory = dirname((await testInstallation()).mysqld);
  for (const [program, names] of Object.entries({
    ...PROGRAM_OPTIONS,
    mysqld: { ...PROGRAM_OPTIONS.mysqld, ...SERVER_OPTIONS },
  })) {
    // mysqladmin prints its help and fails.
    const run = promisify(execFile)(
      join(directory, program),
      ["--no-defaults", ...(program === "mysqld" ? ["--user=root"] : []), "--verbose", "--help"],
      { maxBuffer: 10_000_000 },
    );
    const { stdout } = await run.catch((cause: { stdout: string }) => cause);
    // In a name `-` is `_`, and an abbreviation is none of the names here.
    const has = (name: string) =>
      new RegExp(`--(\\[no-\\]|\\(No \\.\\.\\.\\)|skip-)?${name.replaceAll("_", "-")}\\b`).test(stdout);
    expect(wrong(names, has), program).toEqual([]);
  }
});

it("has statements whose words the server knows, and no more those that it says are gone", async () => {
  const gone = Object.entries(STATEMENTS).filter(([, lifetime]) => !existsAt(lifetime, here));
  for (const [sql] of gone) await expect(server.rootQuery(sql), sql).rejects.toMatchObject({ errno: 1064 });
  const words = new Set(await texts("SELECT WORD FROM information_schema.KEYWORDS"));
  const others = Object.entries(STATEMENTS)
    .filter(([, lifetime]) => existsAt(lifetime, here))
    .flatMap(([sql]) => sql.split(" "))
    .filter((word) => !words.has(word));
  expect(others).toEqual(["COUNT"]);
});

it("sets a channel with options that the server has", async () => {
  for (const [name, lifetime] of Object.entries(CHANNEL_OPTIONS)) {
    const error = await server.rootQuery(`CHANGE REPLICATION SOURCE TO ${name} = 'x' FOR CHANNEL 'c'`).then(
      () => undefined,
      (cause: { message: string }) => cause.message,
    );
    // A wrong value is complained of at the value, a wrong name at the name.
    expect(error ?? "", name).not.toMatch(existsAt(lifetime, here) ? new RegExp(`near '${name}`) : /^$/);
  }
});
