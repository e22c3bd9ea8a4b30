import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type ConnectionOptions,
  MysqlServer,
  quoteIdentifier,
  quoteString,
  readServerFacts,
  statement,
} from "../../../../engine/mysql/index.js";
import { FerryError } from "../../../../engine/operation/index.js";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";

let server: TestMysql;
let options: ConnectionOptions;
beforeAll(async () => {
  server = await startTestMysql({
    name: "mysql-server",
    settings: { gtid_mode: "ON", enforce_gtid_consistency: "ON" },
  });
  options = server.options;
  await server.rootQuery(
    "CREATE SCHEMA app",
    "CREATE TABLE app.t (id INT PRIMARY KEY)",
    `GRANT INSERT, LOCK TABLES ON app.* TO ${options.user}`,
  );
});
afterAll(() => server.stop());

const value = z.object({ value: z.unknown() });
const readValue = async (connection: MysqlServer, sql: string) => (await connection.queryOne(sql, [], value)).value;

/** The FerryError that the work fails with. */
async function failureOf(work: Promise<unknown>): Promise<FerryError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof FerryError)) throw new Error(`no FerryError: ${String(outcome)}`);
  return outcome;
}

describe("a statement with a time limit", () => {
  const FENCE = statement("SET GLOBAL super_read_only = ?", 1);

  it("that is blocked is killed on the server and never takes effect", async () => {
    const [holder, fencer] = [
      await MysqlServer.connect(options, "holder"),
      await MysqlServer.connect(options, "source"),
    ];
    try {
      await holder.execute("LOCK TABLES app.t WRITE");
      const { problem } = await failureOf(fencer.runWithin(0.5, FENCE));
      expect(problem).toMatchObject({
        failed: "SET GLOBAL super_read_only = 1",
        where: `source ${options.host}:${options.port}`,
        seen: "still waiting after 0.5 s, so it was killed and did not take effect",
      });
      const pending =
        "SELECT COUNT(*) AS value FROM performance_schema.processlist WHERE ID <> CONNECTION_ID() AND INFO LIKE 'SET GLOBAL super%'";
      expect(await readValue(holder, pending)).toBe(0);
      await holder.execute("UNLOCK TABLES");
      // What still waited for the lock would have it now, before this write.
      await holder.execute("INSERT INTO app.t VALUES (1)");
      expect(await readValue(fencer, "SELECT CONCAT(@@read_only, @@super_read_only) AS value")).toBe("00");
    } finally {
      await Promise.all([holder.close(), fencer.close()]);
    }
  });

  it("that ends in time is not killed, nor what comes after it", async () => {
    await MysqlServer.with(options, "source", async (connection) => {
      await connection.runWithin(0.5, statement("DO SLEEP(?)", 0.1));
      expect(await readValue(connection, "SELECT SLEEP(0.7) AS value")).toBe(0);
    });
  });

  it("that fails by itself says why", async () => {
    await MysqlServer.with(options, "source", async (connection) => {
      const { problem } = await failureOf(connection.runWithin(5, statement("SET GLOBAL gtid_mode = ?", "OFF")));
      expect(problem.failed).toBe("SET GLOBAL gtid_mode = 'OFF'");
      expect(problem.seen).toMatch(/^1788: /);
    });
  });

  it("is killed even while the server has no room for the connection that kills", async () => {
    await server.rootQuery(`ALTER USER ${options.user} WITH MAX_USER_CONNECTIONS 3`);
    const holder = await MysqlServer.connect(options, "holder");
    const fencer = await MysqlServer.connect(options, "source");
    const crowd = await MysqlServer.connect(options, "crowd");
    try {
      expect((await failureOf(MysqlServer.connect(options, "second"))).problem.seen).toMatch(/^ER_USER_LIMIT_REACHED/);
      await holder.execute("LOCK TABLES app.t WRITE");
      const fencing = failureOf(fencer.runWithin(0.3, FENCE));
      setTimeout(() => void crowd.close(), 1000);
      expect((await fencing).problem.seen).toContain("so it was killed");
    } finally {
      await Promise.all([holder.close(), fencer.close()]);
      await server.rootQuery(`ALTER USER ${options.user} WITH MAX_USER_CONNECTIONS 0`);
    }
  });
});

describe("TLS", () => {
  const CIPHER =
    "SELECT VARIABLE_VALUE AS value FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Ssl_cipher'";
  const cipher = (tls: ConnectionOptions["tls"]) =>
    MysqlServer.with(tls === undefined ? plain() : { ...plain(), tls }, "source", (open) => readValue(open, CIPHER));
  const plain = (): ConnectionOptions => {
    const { host, port, user, password } = options;
    return { host, port, user, password };
  };
  const authority = () => readFileSync(join(server.directory, "data/ca.pem"), "utf8");

  it("is used unless it is disabled", async () => {
    expect(await cipher(undefined)).not.toBe("");
    expect(await cipher({ mode: "required" })).not.toBe("");
    expect(await cipher({ mode: "disabled" })).toBe("");
  });

  it("verifies the authority", async () => {
    expect(await cipher({ mode: "verify-ca", ca: authority() })).not.toBe("");
    const { problem } = await failureOf(cipher({ mode: "verify-ca" }));
    expect(problem.seen).toMatch(/^HANDSHAKE_SSL_ERROR: /);
    expect(problem.next).toContain("ca.pem");
  });

  it("verifies the name in the certificate, which mysqld's own certificates do not have", async () => {
    const { problem } = await failureOf(cipher({ mode: "verify-identity", ca: authority() }));
    expect(problem.seen).toMatch(/^HANDSHAKE_SSL_ERROR: /);
  });

  it("is not given up silently by a server that has none", async () => {
    const bare = await startTestMysql({ name: "mysql-no-tls", settings: { tls_version: "" } });
    try {
      const required = { ...bare.options, tls: { mode: "required" } } as const;
      expect((await failureOf(MysqlServer.connect(required, "source"))).problem).toMatchObject({ wanted: "TLS" });
      const disabled = { ...bare.options, tls: { mode: "disabled" } } as const;
      expect(await MysqlServer.with(disabled, "source", (open) => readValue(open, "SELECT 1 AS value"))).toBe(1);
    } finally {
      await bare.stop();
    }
  });
});

describe("a connection that fails", () => {
  it.each([
    ["wrong password", { password: "not-the-password" }, /^ER_ACCESS_DENIED_ERROR: /],
    ["refused port", { port: 1 }, /ECONNREFUSED/],
    ["unknown host", { host: "no-such-host.invalid" }, /ENOTFOUND|EAI_AGAIN/],
  ])("says so without any password: %s", async (_, change, seen) => {
    const wrong = { ...options, ...change };
    const error = await failureOf(MysqlServer.connect(wrong, "source"));
    expect(error.problem.seen).toMatch(seen);
    expect(error.problem.where).toBe(`source ${wrong.host}:${wrong.port}`);
    for (const password of [options.password, wrong.password]) {
      expect(`${error.message}${JSON.stringify(error)}`).not.toContain(password);
    }
  });
});

describe("what the server reads", () => {
  const unit = fc.constantFrom("'", '"', "`", "\\", "\0", "\n", "\r", "\x1a", "%", "_", "a", "ü", "🚢", " ");
  const texts = fc.oneof(fc.string({ unit }), fc.string({ unit: "grapheme" }));

  it("is the text that was quoted", async () => {
    await MysqlServer.with(options, "source", (connection) =>
      fc.assert(
        fc.asyncProperty(
          texts,
          async (text) => (await readValue(connection, `SELECT ${quoteString(text)} AS value`)) === text,
        ),
        { numRuns: 300 },
      ),
    );
  });

  it("is the name that was quoted", async () => {
    // A column's alias may be anything but empty, end in a space, or hold what is beyond its character set.
    const name = fc.string({ unit: fc.constantFrom("'", '"', "`", "\\", "%", "_", "a", "ü", "x") });
    const names = name.filter((text) => text !== "");
    const row = z.record(z.string(), z.number());
    await MysqlServer.with(options, "source", (connection) =>
      fc.assert(
        fc.asyncProperty(names, async (text) => {
          const found = await connection.queryOne(`SELECT 1 AS ${quoteIdentifier(text)}`, [], row);
          return Object.keys(found)[0] === text;
        }),
        { numRuns: 100 },
      ),
    );
  });

  it("gives integers beyond 2^53 as text", async () => {
    await MysqlServer.with(options, "source", async (connection) => {
      expect(await readValue(connection, "SELECT 18446744073709551615 AS value")).toBe("18446744073709551615");
      expect(await readValue(connection, "SELECT 4294967296 AS value")).toBe(4294967296);
    });
  });

  it("gives GTID sets whole, however long, and without white space", async () => {
    const uuids = Array.from({ length: 60 }, (_, at) => `00000000-0000-0000-0000-${String(at).padStart(12, "0")}`);
    const set = uuids.map((uuid) => `${uuid}:1-5:8`).join(",");
    await MysqlServer.with(options, "source", async (connection) => {
      await connection.execute("SET GLOBAL gtid_purged = ?", [`+${set}`]);
      const facts = await readServerFacts(connection);
      expect(facts.gtidPurged).toBe(set);
      expect(facts.gtidExecuted.startsWith(set)).toBe(true);
    });
  });
});

it("takes a connection that the server has closed for what it is, and closes without an error", async () => {
  const victim = await MysqlServer.connect(options, "source");
  const id = await readValue(victim, "SELECT CONNECTION_ID() AS value");
  await MysqlServer.with(options, "second", (second) => second.execute(`KILL ${String(id)}`));
  await expect(readValue(victim, "SELECT 1 AS value")).rejects.toThrow();
  await victim.close();
});
