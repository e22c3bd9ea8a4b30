import { resetHistory } from "@gtid-ferry/engine/errant";
import { GtidSet } from "@gtid-ferry/engine/gtid";
import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { createJournal, insertEntry } from "@gtid-ferry/engine/topology";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair } from "../../helpers/pair.js";
import { type Ended, runFerry } from "./run-ferry.js";

let pair: Pair;
let targetUuid: string;
beforeAll(async () => {
  pair = await startPair("ferry-errants");
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.item (id INT PRIMARY KEY, name VARCHAR(40), stock BIGINT UNSIGNED)",
    "INSERT INTO shop.item VALUES (1, 'one', 18446744073709551615)",
  );
  // What a repair of rows needs.
  await pair.source.rootQuery(
    "SET sql_log_bin = 0",
    "GRANT INSERT, UPDATE, DELETE ON shop.* TO ferry_admin@'%'",
    "GRANT CREATE TEMPORARY TABLES ON gtid_ferry.* TO ferry_admin@'%'",
  );
  await ensureChannel(pair.channel, silent);
  const [row] = await pair.target.rootQuery("SELECT @@server_uuid AS uuid");
  targetUuid = String(row?.uuid);
});
afterAll(() => pair?.stop());

const ferry = (...argv: string[]): Promise<Ended> =>
  runFerry({ source: pair.source.options, target: pair.target.options }, ["errants", ...argv]);

const stray = (...statements: string[]) =>
  pair.target.rootQuery("SET GLOBAL super_read_only = OFF", ...statements, "SET GLOBAL super_read_only = ON");

describe("ferry errants", () => {
  it("ends with 0 where nothing is errant", async () => {
    expect(await ferry()).toEqual({ code: 0, stdout: "no errant transactions\n", stderr: "" });
    const { code, stdout } = await ferry("repair", "--method", "inject-empty");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "nothing is errant any more\n" });
  });

  it("shows where each is, what it did and what can be done, and ends with 1", async () => {
    await pair.target.rootQuery("FLUSH TABLES");
    await stray("UPDATE shop.item SET name = 'ei\"ns\n', stock = NULL WHERE id = 1");
    const { code, stdout, stderr } = await ferry();
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(
      new RegExp(
        `^${targetUuid}:1 {2}harmless: changed no data\n {2}binlog\\.\\d+:\\d+, by server_id \\d+, \\S+Z\n {2}FLUSH TABLES\n`,
      ),
    );
    expect(stdout).toContain(
      'update shop.item: (id="1", name="one", stock="18446744073709551615") -> (id="1", name="ei\\"ns\\n", stock=NULL)\n',
    );
    expect(stdout).toContain("harmless (1), repairs:\n  inject-empty: recommended;");
    expect(stdout).toContain("changed (1), repairs:\n  reconcile: recommended; to be confirmed;");
    expect(stdout.endsWith(`2 errant transactions: ${targetUuid}:1-2\n`)).toBe(true);
    expect(stdout).not.toContain(pair.target.options.password);
  });

  it("prints the same as JSON", async () => {
    const { code, stdout } = await ferry("--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      errant: `${targetUuid}:1-2`,
      classes: { harmless: `${targetUuid}:1`, equal: "", changed: `${targetUuid}:2`, unknown: "" },
      transactions: [
        { gtid: `${targetUuid}:1`, class: "harmless", transaction: { statements: ["FLUSH TABLES"] } },
        {
          class: "changed",
          repairs: [{ method: "reconcile" }, { method: "rebuild" }, { method: "inject-empty" }, { method: "reset" }],
        },
      ],
    });
  });
});

describe("ferry errants repair", () => {
  it("plans without a confirmation and changes nothing", async () => {
    const { code, stdout } = await ferry("repair", "--method", "inject-empty", "--plan");
    expect(code).toBe(0);
    expect(stdout.replaceAll(/127\.0\.0\.1:\d+/g, "ADDRESS").split("\n")).toEqual([
      `source ADDRESS: SET gtid_next = '${targetUuid}:1'; BEGIN; COMMIT`,
      `source ADDRESS: SET gtid_next = '${targetUuid}:2'; BEGIN; COMMIT`,
      "source ADDRESS: SET gtid_next = 'AUTOMATIC'",
      "nothing was changed",
      "",
    ]);
  });

  it("refuses what is not confirmed, with 1", async () => {
    const typed = targetUuid.slice(0, 7);
    const { code, stdout, stderr } = await ferry("repair", "--method", "inject-empty", "--confirm", typed);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`characters or more of ${targetUuid}`);
  });

  it("repairs those that need no confirmation, and only the given ones", async () => {
    const { code, stdout } = await ferry(
      "repair",
      "--method",
      "inject-empty",
      "--gtids",
      `${targetUuid}:1:77`,
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      method: "inject-empty",
      repaired: `${targetUuid}:1`,
      notErrant: `${targetUuid}:77`,
      errant: `${targetUuid}:2`,
    });
  });

  it("resets when confirmed, and content the second time", async () => {
    const argv = ["repair", "--method", "reset", "--confirm", targetUuid.slice(0, 8)];
    const { code, stdout, stderr } = await ferry(...argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /RESET BINARY LOGS AND GTIDS\n.*gtid_purged.*\n.*START REPLICA.*\nrepaired 1; nothing is errant any more\n$/,
    );
    expect(await ferry(...argv)).toEqual({ code: 0, stdout: "nothing is errant any more\n", stderr: "" });
    expect((await ferry()).code).toBe(0);
  });

  it("calls changes equal that a comparison finds so, and then needs no confirmation", async () => {
    const next = await nextNumber();
    await stray("UPDATE shop.item SET name = 'strayed' WHERE id = 1");
    await stray("SET sql_log_bin = 0", "UPDATE shop.item SET name = 'one', stock = 18446744073709551615 WHERE id = 1");
    const { code, stdout } = await ferry("repair", "--method", "inject-empty", "--compare", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ repaired: `${targetUuid}:${next}`, errant: "" });
  });

  it("reconciles rows with the source's, though the binary log of another one is purged", async () => {
    const purged = await nextNumber();
    await pair.target.rootQuery("FLUSH STATUS", "FLUSH BINARY LOGS");
    const [log] = await pair.target.rootQuery("SHOW BINARY LOG STATUS");
    await pair.target.rootQuery(`PURGE BINARY LOGS TO '${String(log?.File)}'`);
    await stray("UPDATE shop.item SET name = 'strayed' WHERE id = 1", "INSERT INTO shop.item VALUES (2, 'two', 2)");
    const all = await ferry("repair", "--method", "reconcile", "--confirm", targetUuid.slice(0, 8));
    expect({ code: all.code, stdout: all.stdout }).toEqual({ code: 1, stdout: "" });
    expect(all.stderr).toBe(`reconcile is not offered for ${targetUuid}:${purged} (unknown); offered: rebuild\n`);
    const argv = [
      "repair",
      "--method",
      "reconcile",
      "--gtids",
      `${targetUuid}:${purged + 1}-${purged + 2}`,
      "--confirm",
      targetUuid.slice(0, 8),
    ];
    const planned = await ferry(...argv, "--plan");
    expect(planned.stdout).toMatch(/rows of shop\.item in one transaction[\s\S]*SET gtid_next = /);
    expect(await pair.target.rootQuery("SELECT COUNT(*) AS n FROM shop.item")).toEqual([{ n: 2 }]);
    const { code, stdout, stderr } = await ferry(...argv);
    expect(code === 0 ? "" : stderr).toBe("");
    expect(stdout).toMatch(new RegExp(`repaired 2; still errant: ${targetUuid}:${purged}\n$`));
    for (const server of [pair.source, pair.target]) {
      expect(await server.rootQuery("SELECT id, name FROM shop.item")).toEqual([{ id: 1, name: "one" }]);
    }
  });

  it("refuses to reset an unknown one, and completes a reset that was begun", async () => {
    const purged = (await nextNumber()) - 3;
    const argv = ["repair", "--method", "reset", "--confirm", targetUuid.slice(0, 8)];
    const refused = await ferry(...argv);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("(unknown); offered: rebuild");
    await beginReset(`${targetUuid}:${purged}`);
    const unfinished = await ferry();
    expect(unfinished.code).toBe(1);
    expect(unfinished.stdout).toContain(`a reset that takes out ${targetUuid}:${purged} has not ended`);
    expect((await ferry("repair", "--method", "inject-empty")).stderr).toContain(
      "complete it first with --method reset",
    );
    const completed = await ferry(...argv);
    expect({ code: completed.code, stderr: completed.stderr }).toEqual({ code: 0, stderr: "" });
    expect(completed.stdout).toMatch(/completing a reset that was begun before\n[\s\S]*nothing is errant any more\n$/);
  });

  it.each([
    ["no method", ["repair"], "required option '--method <method>' not specified"],
    ["an unknown method", ["repair", "--method", "skip"], "Allowed choices are inject-empty, reset, reconcile."],
    ["a malformed set", ["repair", "--method", "reset", "--gtids", "nonsense"], "malformed GTID set"],
    ["an unreachable server", ["--target", "a@127.0.0.1:1"], "connecting as a failed on target 127.0.0.1:1"],
  ])("ends with 2 and a reason: %s", async (_, argv, message) => {
    const { code, stdout, stderr } = await ferry(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("explains itself", async () => {
    for (const argv of [["--help"], ["repair", "--help"]]) {
      const { code, stdout } = await ferry(...argv);
      expect(code).toBe(0);
      for (const text of ["--source <user@host:port>", "FERRY_TARGET_PASSWORD", "Exit code:", "Examples:"])
        expect(stdout).toContain(text);
    }
  });
});

/** A reset that is killed when the history is empty. */
async function beginReset(gtid: string): Promise<void> {
  const target = await MysqlServer.connect(pair.target.options, "target", { batches: true });
  const kill = (line: string) => {
    if (line.includes("gtid_purged")) throw new Error("killed");
  };
  try {
    const dying = resetHistory(target, { errant: GtidSet.parse(gtid) }, kill);
    await expect(dying).rejects.toThrow("killed");
  } finally {
    await target.close();
  }
}

/** The number that the target's next own transaction gets. */
async function nextNumber(): Promise<number> {
  const [row] = await pair.target.rootQuery("SELECT @@gtid_executed AS value");
  const own = [...GtidSet.parse(String(row?.value)).intervals()].filter(({ uuid }) => uuid === targetUuid);
  return Number(own.at(-1)?.end ?? 0) + 1;
}

describe("after a switchover", () => {
  it("looks for what the old primary has and the new one has not, and refuses the old roles", async () => {
    await pair.target.rootQuery("SET GLOBAL read_only = OFF");
    await MysqlServer.with(pair.target.options, "target", async (target) => {
      const [source] = await pair.source.rootQuery("SELECT @@server_uuid AS uuid");
      await createJournal(target);
      const moved = { number: 1, primaryUuid: targetUuid, previousUuid: String(source?.uuid) };
      await target.run(insertEntry({ ...moved, finalGtidSet: "", eventScheduler: "OFF" }));
    });
    const refused = await ferry();
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("made the target the primary");
    await pair.target.rootQuery("STOP REPLICA");
    await pair.source.rootQuery("FLUSH STATUS");
    const exchanged = { source: pair.target.options, target: pair.source.options };
    const { code, stdout } = await runFerry(exchanged, ["errants", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ transactions: [{ transaction: { statements: ["FLUSH STATUS"] } }] });
  });
});
