import { explainRefusal, isDefiniteRefusal, MysqlServer, matchAccount, quoteAccount } from "@gtid-ferry/engine/mysql";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";

/** Hosts that match 127.0.0.1 in one way or another, and some that do not. */
const HOSTS = [
  "%",
  "127.0.0.1",
  "127.0.0.%",
  "127.%",
  "127.0.0.0/255.255.255.0",
  "127.0.0.0/255.0.0.0",
  "127.0.0.0/24",
  "127.0.0.0/8",
  "localhost",
  "local%",
  "10.0.0.1",
];
const PASSWORD = "one for all";

let resolving: TestMysql;
let plain: TestMysql;
beforeAll(async () => {
  [resolving, plain] = await Promise.all([
    startTestMysql({ name: "match-names", settings: { skip_name_resolve: "OFF" } }),
    startTestMysql({ name: "match-addresses" }),
  ]);
});
afterAll(async () => {
  await Promise.all([resolving?.stop(), plain?.stop()]);
});

async function currentUser(server: TestMysql, user: string): Promise<string | undefined> {
  try {
    const login = {
      host: "127.0.0.1",
      port: server.port,
      user,
      password: PASSWORD,
      ssl: { rejectUnauthorized: false },
    };
    const connection = await createConnection(login);
    const [rows] = await connection.query("SELECT CURRENT_USER() AS account");
    await connection.end();
    return (rows as { account: string }[])[0]?.account;
  } catch (error) {
    if ((error as { code?: string }).code === "ER_ACCESS_DENIED_ERROR") return undefined;
    throw error;
  }
}

/** Pairs of accounts that differ in their hosts or in being anonymous; the server itself says which one it takes. */
const PAIRS = HOSTS.flatMap((one, at) => HOSTS.slice(at + 1).map((other) => [one, other] as const)).flatMap(
  ([one, other]) => [
    [
      { user: "who", host: one },
      { user: "who", host: other },
    ],
    [
      { user: "", host: one },
      { user: "who", host: other },
    ],
    [
      { user: "who", host: one },
      { user: "", host: other },
    ],
  ],
);

it("explains a refused login by the account that the server takes for it", async () => {
  const login = { ...resolving.options, port: resolving.port };
  for (const server of [resolving, plain]) {
    await server.rootQuery("SET SESSION sql_log_bin = 0", "CREATE USER ''@localhost IDENTIFIED BY 'x'");
  }
  const refusal: unknown = await MysqlServer.connect(login, "target").catch((error: unknown) => error);
  expect(isDefiniteRefusal(refusal)).toBe(true);
  // The source takes no names for addresses, so there the same accounts let the administrator in.
  const explained = await explainRefusal(login, plain.options, refusal);
  expect(String(explained)).toContain(
    "Access denied for user 'ferry_admin'@'localhost' (using password: YES); of the accounts that came with the data it takes ''@'localhost' for this login, which is not ferry_admin's",
  );
  expect(String(explained)).toContain("DROP USER ''@'localhost' on the source");
  const away = { ...plain.options, port: 1, connectTimeoutSeconds: 1 };
  expect(await explainRefusal(login, away, refusal)).toBe(refusal);
  for (const server of [resolving, plain]) {
    await server.rootQuery("SET SESSION sql_log_bin = 0", "DROP USER ''@localhost");
  }
});

it.each([
  ["with name resolution", () => resolving, ["localhost"]],
  ["without", () => plain, []],
])("takes the account that the server takes, %s", async (_name, serverOf, hostNames) => {
  const server = serverOf();
  const different: string[] = [];
  for (const pair of PAIRS) {
    const created = pair.map((account) => `CREATE USER ${quoteAccount(account)} IDENTIFIED BY '${PASSWORD}'`);
    await server.rootQuery("SET SESSION sql_log_bin = 0", ...created);
    const expected = await currentUser(server, "who");
    await server.rootQuery(
      "SET SESSION sql_log_bin = 0",
      ...pair.map((account) => `DROP USER ${quoteAccount(account)}`),
    );
    const match = matchAccount(pair, { user: "who", ip: "127.0.0.1", hostNames });
    const seen = match && `${match.user}@${match.host}`;
    if (seen !== expected) {
      different.push(`${pair.map(quoteAccount).join(" and ")}: server ${expected}, we ${seen}`);
    }
  }
  expect(different).toEqual([]);
});
