import { delimiter } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Conflict, describeConflict, readConflict } from "@gtid-ferry/engine/channel";
import { type ConnectionOptions, MysqlServer } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel, reportChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testInstallation } from "../../../../lab/testing.js";
import { type Pair, startPair } from "../../helpers/pair.js";

let pair: Pair;
let program: string;

beforeAll(async () => {
  const installation = await testInstallation();
  program = installation.mysqlbinlog;
  // As the toolchain's environment has it: the engine looks for mysqlbinlog there.
  process.env.PATH = [installation.binDirectory, process.env.PATH].join(delimiter);
  pair = await startPair("conflict");
  await pair.source.rootQuery("CREATE SCHEMA shop");
  await ensureChannel(pair.channel, silent);
});
afterAll(() => pair?.stop());

beforeEach(async () => {
  await pair.source.rootQuery(
    "DROP TABLE IF EXISTS shop.item, shop.line, shop.document",
    `CREATE TABLE shop.item (id INT UNSIGNED PRIMARY KEY, email VARCHAR(40) CHARACTER SET latin1 NOT NULL UNIQUE,
      upper_email VARCHAR(40) GENERATED ALWAYS AS (UPPER(email)) VIRTUAL, price FLOAT, changed_at TIMESTAMP(3) NULL)`,
    "CREATE TABLE shop.line (place CHAR(3), day DATE, number BIGINT, PRIMARY KEY (place, day, number))",
    "CREATE TABLE shop.document (id BINARY(4) PRIMARY KEY, content LONGBLOB)",
    "INSERT INTO shop.item (id, email, price) VALUES (1, 'a@x', 1.1), (4000000000, 'é@x', NULL)",
    "INSERT INTO shop.line VALUES ('FRA', '2025-01-10', -7), ('DUB', '2025-01-11', 8)",
    "INSERT INTO shop.document VALUES (X'00FF1000', REPEAT('x', 1000)), ('text', X'00')",
  );
  await caughtUp();
});

/** Writes on the replica as somebody who hides it. */
async function stray(...statements: readonly string[]): Promise<void> {
  await pair.target.rootQuery(
    "SET SESSION sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    ...statements,
    "SET GLOBAL super_read_only = ON",
  );
}

async function caughtUp(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { missing } = await reportChannel(pair.source.options, pair.target.options, "gtid_ferry");
    if (missing === "") return;
    await sleep(50);
  }
  throw new Error("the target never caught up");
}

async function conflictOf(sourceConnection: ConnectionOptions | undefined = pair.source.options): Promise<Conflict> {
  return MysqlServer.with(pair.source.options, "source", (source) =>
    MysqlServer.with(pair.target.options, "target", async (replica) => {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const conflict = await readConflict({ source, replica, sourceConnection }, "gtid_ferry", { program });
        if (conflict !== undefined) return conflict;
        await sleep(50);
      }
      throw new Error("the applier never stopped");
    }),
  );
}

/** Does what the first repair says, as somebody who copies it into a terminal, and sees both servers equal again. */
async function repair({ repairs }: Conflict, table: string): Promise<void> {
  const statements = /^on target \S+: (SET SESSION .*?START REPLICA FOR CHANNEL 'gtid_ferry')/s.exec(
    repairs[0] ?? "",
  )?.[1];
  if (statements === undefined) throw new Error(`no statements in: ${repairs[0]}`);
  await pair.target.rootQuery(...statements.split("; "));
  await caughtUp();
  expect(await pair.target.rootQuery(`SELECT * FROM ${table}`)).toEqual(
    await pair.source.rootQuery(`SELECT * FROM ${table}`),
  );
  const [row] = await pair.target.rootQuery("SELECT @@super_read_only AS fenced");
  expect(row).toEqual({ fenced: 1 });
}

describe("a duplicate key", () => {
  it("shows the event, both rows, and a repair that makes the servers equal", async () => {
    await stray("INSERT INTO shop.item (id, email) VALUES (2, 'stray@x')");
    await pair.source.rootQuery("INSERT INTO shop.item (id, email, price) VALUES (2, 'b@x', 2.5)");
    const conflict = await conflictOf();
    expect(conflict.failure).toMatchObject({
      number: 1062,
      kind: "insert",
      table: { schema: "shop", table: "item" },
      key: "PRIMARY",
    });
    expect(conflict.unread).toEqual([]);
    expect(conflict.transaction?.gtid).toBe(conflict.failure.gtid);
    const seen = describeConflict(conflict).join("\n");
    expect(seen).toMatch(
      /^transaction [0-9a-f-]{36}:\d+ \(binlog\.\d+:\d+, committed 20.*\): 1 inserted in shop\.item$/m,
    );
    expect(seen).toContain('the change that failed: insert in shop.item: id = 2, email = "b@x"');
    expect(seen).toMatch(/^on the source, where `id` = 2: id = 2, email = "b@x", upper_email = "B@X", price = 2.5/m);
    expect(seen).toMatch(/^on the replica, where `id` = 2: id = 2, email = "stray@x"/m);
    expect(conflict.repairs[0]).toContain("keep a copy of it");
    expect(conflict.repairs.at(-1)).toContain("do not skip the transaction");
    await repair(conflict, "shop.item");
  });

  it("finds the row of a composite key within a transaction of several", async () => {
    await stray("INSERT INTO shop.line VALUES ('ARN', '2025-02-03', -9)");
    await pair.source.rootQuery(
      "INSERT INTO shop.line VALUES ('ARN', '2025-02-03', -8), ('ARN', '2025-02-03', -9), ('ARN', '2025-02-03', -10)",
    );
    const conflict = await conflictOf();
    expect(conflict.row?.condition).toMatch(/`number` = -9$/);
    expect(conflict.repairs[0]).toContain("brings the same row again");
    await repair(conflict, "shop.line");
  });

  it("finds the row of a binary key that ends in zeros", async () => {
    await stray("INSERT INTO shop.document VALUES (X'00FE0000', 'stray')");
    await pair.source.rootQuery("INSERT INTO shop.document VALUES (X'00FE0000', REPEAT(X'00', 500))");
    const conflict = await conflictOf();
    expect(conflict.row?.onReplica?.[0]).toEqual({ column: "id", value: "0x00fe0000" });
    expect(conflict.row?.onSource?.[1]?.value).toMatch(/^0x(00){40}\.\.\. \(length 500, SHA-256 [0-9a-f]{16}\)$/);
    await repair(conflict, "shop.document");
  });

  it("does not delete a row of the source's that only has a wrong unique value", async () => {
    await stray("UPDATE shop.item SET email = 'ü@x' WHERE id = 1");
    await pair.source.rootQuery("INSERT INTO shop.item (id, email) VALUES (3, 'ü@x')");
    const conflict = await conflictOf();
    expect(conflict.failure.key).toBe("email");
    expect(conflict.row?.onReplica?.slice(0, 2)).toEqual([
      { column: "id", value: "1" },
      { column: "email", value: "ü@x" },
    ]);
    expect(conflict.repairs.join("\n")).not.toContain("DELETE");
    expect(conflict.repairs[0]).toContain("deleting it would lose a row that the source has");
    await stray("UPDATE shop.item SET email = 'a@x' WHERE id = 1", "START REPLICA");
    await caughtUp();
  });

  it("offers to delete a row that the source has under no key", async () => {
    await stray("INSERT INTO shop.item (id, email) VALUES (77, 'c@x')");
    await pair.source.rootQuery("INSERT INTO shop.item (id, email) VALUES (5, 'c@x')");
    const conflict = await conflictOf();
    expect(conflict.repairs[0]).toContain("DELETE FROM `shop`.`item` WHERE `email` = ");
    await repair(conflict, "shop.item");
  });
});

describe("a missing row", () => {
  it("of an update comes back for the event to change it", async () => {
    await stray("DELETE FROM shop.item WHERE id = 4000000000");
    await pair.source.rootQuery(
      "UPDATE shop.item SET price = 7.7, changed_at = '2025-03-04 05:06:07.8' WHERE id = 4000000000",
    );
    const conflict = await conflictOf();
    expect(conflict.failure).toMatchObject({ number: 1032, kind: "update", key: undefined });
    const seen = describeConflict(conflict).join("\n");
    expect(seen).toMatch(/^the change that failed: update in shop\.item: id = 4000000000, .* -> id = 4000000000, /m);
    expect(seen).toContain("on the replica, where `id` = 4000000000: no row");
    await repair(conflict, "shop.item");
  });

  it("of a delete comes back for the event to delete it", async () => {
    await stray("DELETE FROM shop.line WHERE place = 'FRA'");
    await pair.source.rootQuery("DELETE FROM shop.line");
    const conflict = await conflictOf();
    expect(conflict.failure).toMatchObject({ number: 1032, kind: "delete" });
    expect(conflict.row?.onSource).toBeUndefined();
    await repair(conflict, "shop.line");
  });

  it("is not one that the transaction makes itself", async () => {
    await stray("DELETE FROM shop.line WHERE place = 'DUB'");
    await pair.source.rootQuery(
      "BEGIN",
      "INSERT INTO shop.line VALUES ('RIX', '2025-01-12', 1)",
      "UPDATE shop.line SET number = 2 WHERE place = 'RIX'",
      "UPDATE shop.line SET number = 3 WHERE place = 'RIX'",
      "UPDATE shop.line SET number = 9 WHERE place = 'DUB'",
      "COMMIT",
    );
    const conflict = await conflictOf();
    expect(conflict.row?.condition).toMatch(/`number` = 8$/);
    await repair(conflict, "shop.line");
  });

  it("with a binary key comes back", async () => {
    await stray("DELETE FROM shop.document WHERE id = X'00FF1000'");
    await pair.source.rootQuery("UPDATE shop.document SET content = X'FF00' WHERE id = X'00FF1000'");
    await repair(await conflictOf(), "shop.document");
  });
});

it("names a table that is missing, and what to do", async () => {
  await stray("DROP TABLE shop.line");
  await pair.source.rootQuery("INSERT INTO shop.line VALUES ('OSL', '2025-01-01', 1)");
  const conflict = await conflictOf();
  expect(conflict.failure.number).toBe(1146);
  expect(conflict.repairs[0]).toContain("give shop.line the source's definition");
  await stray(
    "CREATE TABLE shop.line (place CHAR(3), day DATE, number BIGINT, PRIMARY KEY (place, day, number))",
    "INSERT INTO shop.line VALUES ('FRA', '2025-01-10', -7), ('DUB', '2025-01-11', 8)",
    "START REPLICA",
  );
  await caughtUp();
});

describe("ensureChannel", () => {
  it("ends with the conflict in its error, and so does one that cannot read the event", async () => {
    await stray("INSERT INTO shop.item (id, email) VALUES (2, 'stray@x')");
    await pair.source.rootQuery("INSERT INTO shop.item (id, email) VALUES (2, 'b@x')");
    const conflict = await conflictOf();
    const failure = String(await ensureChannel(pair.channel, silent).catch((error: unknown) => error));
    expect(failure).toContain('on the replica, where `id` = 2: id = 2, email = "stray@x"');
    expect(failure).toContain("DELETE FROM `shop`.`item` WHERE `id` = 2");
    expect(failure).not.toContain(pair.source.options.password);

    const path = process.env.PATH;
    process.env.PATH = "/nonexistent";
    const blind = await ensureChannel(pair.channel, silent).catch((error: unknown) => error);
    process.env.PATH = path;
    expect(String(blind)).toContain("the transaction could not be read: ");
    expect(String(blind)).toContain("Duplicate entry '2' for key 'item.PRIMARY'");
    await repair(conflict, "shop.item");
  });
});
