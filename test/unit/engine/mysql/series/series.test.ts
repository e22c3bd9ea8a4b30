import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { changeSourceStatement } from "../../../../../engine/channel/source.js";
import { replicaSettings, targetConfiguration } from "../../../../../engine/local-server/target-settings.js";
import { parseVersion, policyOf, statementsFor } from "../../../../../engine/mysql/index.js";
import { CLIENT_ERRORS, LOGGED_ERRORS, SERVER_ERRORS } from "../../../../../engine/mysql/series/errors.js";
import { hasName } from "../../../../../engine/mysql/series/index.js";
import { existsAt, type Lifetime, type Names } from "../../../../../engine/mysql/series/lifetime.js";
import { PROGRAM_OPTIONS, SERVER_OPTIONS } from "../../../../../engine/mysql/series/programs.js";
import { CHANNEL_OPTIONS, RESERVED_WORDS, STATEMENTS } from "../../../../../engine/mysql/series/statements.js";
import { VARIABLES, VARIABLES_OF_PLUGINS } from "../../../../../engine/mysql/series/variables.js";
import { COLUMNS, VIEWS, VIEWS_OF_PLUGINS } from "../../../../../engine/mysql/series/views.js";
import { FUNCTIONS, KEYWORDS, PRIVILEGES } from "../../../../../engine/mysql/series/words.js";
import { SESSION_VARIABLES, sessionStatement } from "../../../../../engine/mysql/session-variables.js";
import { instantTablesQuery } from "../../../../../engine/preflight/observe/schema.js";
import { SOURCE_SETTINGS } from "../../../../../lab/mysqld/settings.js";
import { namesUsed, sourceFiles, type Used } from "./names-used.js";

const TABLE_ITSELF = /^engine\/mysql\/series\//;
/** Say what becomes of every variable of any release: they use none. */
const LISTS_OF_VARIABLES = /^engine\/mysql\/variables\/(carried|compared|irrelevant|plugins)\.ts$/;
const SCRIPTS = [
  "scripts/backup.sh",
  "scripts/restore.sh",
  "chart/files/start-mysqld.sh",
  "chart/files/restore-once.sh",
];
const files = [
  ...[...sourceFiles("engine", "components", "dynamic-providers", "lab", "index.ts")].filter(
    (file) => !TABLE_ITSELF.test(file) && !LISTS_OF_VARIABLES.test(file),
  ),
  ...SCRIPTS,
];
const used = namesUsed(files, (name) => policyOf(name) !== undefined);

/** Capitals that are not MySQL's: of the environment, of other programs, of this one's own texts, of the driver. */
const NOT_OF_MYSQL =
  /^(AWS_|FERRY_|GTID_FERRY_|DB_|S3_|PULUMI_|SSH_AUTH_SOCK$|MYSQL_TEST_LOGIN_FILE$|LC_ALL$|DEBIAN_FRONTEND$|WHEN_REQUIRED$|HANDSHAKE_NO_SSL_SUPPORT$)/;
/** Accounts of the server, and values of the chart. */
const NO_VIEWS = /^mysql\.(infoschema|session|sys|channel|serverIdBase|settings)$/;
/** Tables and columns that have a variable's name. */
const NO_VARIABLES = new Set(["audit_log", "authentication_string", "keyring_component_status", "password_history"]);
/** As large as an error number: ports, sizes, times and counts; 1927 is MariaDB's. */
const NO_ERRORS = new Set(
  [1000, 1023, 1024, 1100, 1224, 1800, 1927, 2000, 3000, 3306, 3600, 3650, 4000, 4096, 5000, 7200, 9000].map(String),
);
NO_ERRORS.add("13300").add("13306").add("13307").add("13309");

const views = Object.keys(VIEWS).map((name) => name.split(".")[1] as string);
const viewsOfPlugins = new Set(Object.keys(VIEWS_OF_PLUGINS).map((name) => name.split(".")[1] as string));
const words = new Set(
  [FUNCTIONS, PRIVILEGES, KEYWORDS, COLUMNS, CHANNEL_OPTIONS].flatMap((names) => Object.keys(names)).concat(views),
);
const errorNames = new Set([
  ...Object.values({ ...SERVER_ERRORS, ...LOGGED_ERRORS }).map(({ name }) => name),
  ...Object.values(CLIENT_ERRORS),
]);
const errorNumbers = new Set(Object.keys({ ...SERVER_ERRORS, ...LOGGED_ERRORS, ...CLIENT_ERRORS }));

/** Names of the sources that the table does not have, with the files. */
function unknown(names: Used, isKnown: (name: string) => boolean): string[] {
  return [...names].filter(([name]) => !isKnown(name)).map(([name, where]) => `${name} (${[...where].join(", ")})`);
}

describe("the table of server series has every name that the sources use:", () => {
  it("words", () => {
    const isKnown = (name: string) =>
      [words, errorNames, viewsOfPlugins].some((names) => names.has(name)) || NOT_OF_MYSQL.test(name);
    expect(unknown(used.capitals, isKnown)).toEqual([]);
    expect(unknown(used.words, isKnown)).toEqual([]);
  });

  it("statements", () => {
    const known = [...Object.keys(STATEMENTS), ...Object.keys(PRIVILEGES)];
    const privileges = /^(CREATE|DROP|START|STOP|WITH GRANT OPTION)$/;
    const isKnown = (start: string) => known.some((name) => start === name || start.startsWith(`${name} `));
    expect(unknown(used.statements, (start) => isKnown(start) || privileges.test(start))).toEqual([]);
  });

  it("views and tables of the server", () => {
    const isKnown = (name: string) => name in VIEWS || name in VIEWS_OF_PLUGINS || NO_VIEWS.test(name);
    expect(unknown(used.views, isKnown)).toEqual([]);
  });

  it("variables", () => {
    const known = { ...VARIABLES, ...VARIABLES_OF_PLUGINS };
    expect(unknown(used.variables, (name) => name in known || NO_VARIABLES.has(name))).toEqual([]);
  });

  it("settings of the servers that are made", () => {
    const place = { dataDirectory: "/d", runDirectory: "/r", port: 1, serverId: 1, bufferPoolMebibytes: 1 };
    const local = targetConfiguration(
      {
        ...place,
        lowerCaseTableNames: 0,
        innodbPageSizeBytes: 1,
        innodbDataFilePath: "ibdata1:12M:autoextend",
        settings: {},
      },
      true,
    );
    const chart = readFileSync("chart/templates/_mysqld-settings.tpl", "utf8");
    const script = readFileSync("chart/files/start-mysqld.sh", "utf8");
    const names = [
      ...Object.keys({ ...SOURCE_SETTINGS, ...replicaSettings(1) }),
      ...[...local.matchAll(/^(\w+) = /gm), ...chart.matchAll(/^(\w+): \S/gm), ...script.matchAll(/ "(\w+) = /g)].map(
        ([, name]) => name as string,
      ),
    ];
    expect(names.length).toBeGreaterThan(50);
    const known = { ...VARIABLES, ...SERVER_OPTIONS };
    expect(names.filter((name) => !(name.replace(/^loose_/, "") in known))).toEqual([]);
  });

  it("options of MySQL's programs", () => {
    const callers =
      /^(engine\/(binlog|local-server)\/|engine\/mysql\/program-version|lab\/mysqld\/launch|scripts|chart)/;
    const lines = [...files, "chart/templates/_helpers.tpl"]
      .filter((file) => callers.test(file))
      .flatMap((file) =>
        readFileSync(file, "utf8")
          .split("\n")
          .map((line) => `${line.trim()} (${file})`),
      )
      .filter((line) => !/\.(sh|tpl)\)$/.test(line) || /MYSQL_TOOL|mysqladmin,|exec mysqld/.test(line));
    const known = new Set(Object.values(PROGRAM_OPTIONS).flatMap((names) => Object.keys(names)));
    const unknownOptions = lines.flatMap((line) =>
      [...line.matchAll(/(?<=["'`[ ])--([a-z][a-z0-9-]+)/g)]
        .filter(([, name]) => !known.has(name as string))
        .map(([, name]) => `${name}: ${line}`),
    );
    expect(unknownOptions).toEqual([]);
  });

  it("error numbers", () => {
    const isKnown = (name: string) => {
      const number = name.replace(/^MY-0*/, "");
      return errorNumbers.has(number) || errorNames.has(name) || NO_ERRORS.has(name) || /^80\d{3}$/.test(name);
    };
    expect(unknown(used.numbers, isKnown)).toEqual([]);
  });
});

const OLDEST = parseVersion("8.0.26");
const RELEASES = ["8.0.26", "8.0.28", "8.0.36", "8.4.0", "9.7.0"].map(parseVersion);
const KINDS: Readonly<Record<string, Names>> = {
  statement: STATEMENTS,
  channelOption: CHANNEL_OPTIONS,
  variable: VARIABLES,
  view: VIEWS,
  column: COLUMNS,
  privilege: PRIVILEGES,
};
const isInAll = (lifetime: Lifetime) => RELEASES.every((release) => existsAt(lifetime, release));
const notInAll = Object.values(KINDS).flatMap((names) =>
  Object.entries(names).filter(([, lifetime]) => !isInAll(lifetime)),
);

describe("a name that some release does not have", () => {
  it("is used only where that is minded, with the reason", () => {
    const wrong = notInAll.flatMap(([name, { because, usedIn = [] }]) => {
      const where = [used.capitals, used.words, used.statements, used.views, used.variables]
        .flatMap((found) => [...found].filter(([other]) => other === name || other.startsWith(`${name} `)))
        .flatMap(([, paths]) => [...paths]);
      const uses = new Set(where.filter((path) => !SCRIPTS.includes(path) || !usedIn.includes(path)));
      return [
        ...(because === undefined ? [`${name}: no reason`] : []),
        ...[...uses].filter((path) => !usedIn.includes(path)).map((path) => `${name}: also in ${path}`),
        ...usedIn.filter((path) => !where.includes(path)).map((path) => `${name}: not in ${path}`),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it("has a reason as an error and as an option of mysqld, too", () => {
    const errors: Lifetime[] = Object.values({ ...SERVER_ERRORS, ...LOGGED_ERRORS, ...SERVER_OPTIONS });
    expect(errors.filter((error) => !isInAll(error) && error.because === undefined)).toEqual([]);
  });

  it("was there in 8.0.26, or came later, and never the other way round", () => {
    for (const [name, { since, removed }] of notInAll) {
      expect(since !== undefined || removed !== undefined, name).toBe(true);
      if (since !== undefined) expect(existsAt({ since }, OLDEST), name).toBe(false);
      if (since !== undefined && removed !== undefined) expect(existsAt({ since }, parseVersion(removed))).toBe(true);
    }
  });
});

describe.each(RELEASES.map((release) => [release.text, release] as const))("at %s", (_, release) => {
  it("statements by version are such as it has", () => {
    const { showBinaryLogStatus, resetBinaryLogsAndGtids, namesDefiners } = statementsFor(release);
    expect(hasName("statement", showBinaryLogStatus, release)).toBe(true);
    expect(hasName("statement", resetBinaryLogsAndGtids, release)).toBe(true);
    expect(hasName("privilege", namesDefiners, release)).toBe(true);
    for (const [name, lifetime] of Object.entries(COLUMNS)) {
      if (!existsAt(lifetime, release)) expect(instantTablesQuery(release)).not.toMatch(new RegExp(`\\b${name}\\b`));
    }
  });

  it("channels are set with options that it has", () => {
    const { sql } = changeSourceStatement("c", CHANNEL, release);
    const options = [...sql.matchAll(/\b([A-Z]+(?:_[A-Z]+)+) = /g)].map(([, name]) => name as string);
    expect(options.length).toBeGreaterThan(10);
    expect(options.filter((name) => !hasName("channel option", name, release))).toEqual([]);
    expect(options.includes("GTID_ONLY")).toBe(hasName("channel option", "GTID_ONLY", release));
  });

  it("sessions are set with variables that it has", () => {
    const number = release.major * 10_000 + release.minor * 100 + release.patch;
    // As the server reads its comments.
    const sql = sessionStatement().replace(/\/\*!(\d{5}) (.*?) \*\//g, (_all, since, text) =>
      Number(since) <= number ? text : "",
    );
    const names = [...sql.matchAll(/(?:SESSION|,) (\w+) = /g)].map(([, name]) => name as string);
    expect(names).toHaveLength(SESSION_VARIABLES.filter(({ since = 0 }) => since <= number).length);
    expect(names.filter((name) => !hasName("variable", name, release))).toEqual([]);
    expect(SESSION_VARIABLES.filter(({ name }) => hasName("variable", name, release)).map(({ name }) => name)).toEqual(
      SESSION_VARIABLES.filter(({ name }) => names.includes(name)).map(({ name }) => name),
    );
  });
});

const CHANNEL = {
  host: "h",
  port: 1,
  user: "u",
  password: "p",
  tls: { mode: "verify-identity", caPath: "/ca" },
  connectRetrySeconds: 1,
  retryCount: 1,
  heartbeatSeconds: 1,
  compression: "zstd",
} as const;

it("has no word that some release reserves among the names that statements give to columns", () => {
  const reserved = new Set(Object.keys(RESERVED_WORDS));
  const aliases = [...sourceFiles("engine", "lab", "dynamic-providers", "components")].flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\b(?:AS|as) ([A-Za-z]+)\b/g)].map(([, name]) => `${name} (${file})`),
  );
  expect(aliases.length).toBeGreaterThan(500);
  expect(aliases.filter((alias) => reserved.has((alias.split(" ")[0] as string).toUpperCase()))).toEqual([]);
});
