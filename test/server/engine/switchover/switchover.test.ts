import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureRoles, readRoles } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
import { switchover } from "@gtid-ferry/engine/switchover";
import type { Side } from "@gtid-ferry/engine/topology";
import { routeOptions } from "@gtid-ferry/engine/traffic";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitCatchUp } from "../../../../lab/catch-up.js";
import { startSilentServer } from "../../helpers/silent-server.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

describe("a switchover", () => {
  let pair: SwitchoverPair;
  beforeAll(async () => {
    pair = await startSwitchoverPair("switchover");
    await pair.source.rootQuery(
      "CREATE SCHEMA app",
      "CREATE TABLE app.t (id INT PRIMARY KEY)",
      "INSERT INTO app.t VALUES (0)",
      "GRANT SET_ANY_DEFINER ON *.* TO ferry_admin@'%'",
      "CREATE DEFINER = app@'%' EVENT app.tick ON SCHEDULE EVERY 1 HOUR DO DELETE FROM app.t WHERE id < 0",
    );
  });
  afterAll(() => pair?.stop());

  const state = async (side: Side) => {
    const [row] = await pair[side].rootQuery(
      `SELECT @@read_only AS readOnly, @@super_read_only AS superReadOnly, @@event_scheduler AS scheduler,
        (SELECT GROUP_CONCAT(CONCAT(VARIABLE_NAME, '=', VARIABLE_VALUE) ORDER BY 1) FROM performance_schema.persisted_variables
          WHERE VARIABLE_NAME LIKE '%read_only') AS persisted,
        (SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_NAME = 'tick') AS tick,
        (SELECT COUNT(*) FROM performance_schema.replication_connection_status WHERE SERVICE_STATE = 'ON') AS follows`,
    );
    return row;
  };
  const asPrimary = {
    readOnly: 0,
    superReadOnly: 0,
    scheduler: "ON",
    persisted: "read_only=OFF,super_read_only=OFF",
    tick: "ENABLED",
    follows: 0,
  };
  const asReplica = {
    readOnly: 1,
    superReadOnly: 1,
    scheduler: "OFF",
    persisted: "read_only=ON,super_read_only=ON",
    follows: 1,
  };

  it("moves the primary role there, back and there again, with all that belongs to it", async () => {
    const sides = ["target", "source", "target"] as const;
    for (const [index, primary] of sides.entries()) {
      const result = await switchover(pair.request(primary), [], silent);
      expect(result).toMatchObject({ primary, switchovers: index + 1, report: { primary, attempts: 1 } });
      const replica = primary === "target" ? "source" : "target";
      expect(await state(primary)).toEqual(asPrimary);
      expect(await state(replica)).toMatchObject(asReplica);
      await pair[primary].rootQuery(`INSERT INTO app.t VALUES (${index + 1})`);
      await expect.poll(() => pair[replica].rootQuery("SELECT COUNT(*) AS n FROM app.t")).toEqual([{ n: index + 2 }]);
    }
  });

  it("changes nothing where the role is as wanted", async () => {
    const gtids = () => pair.target.rootQuery("SELECT @@gtid_executed AS executed");
    const before = await gtids();
    const result = await switchover(pair.request("target"), [], silent);
    expect(result.report).toBeUndefined();
    expect(await gtids()).toEqual(before);
  });

  it("refuses, before any change, to enable an event whose definer it may not name", async () => {
    await pair.target.rootQuery("CREATE DEFINER = root@localhost EVENT app.late ON SCHEDULE EVERY 1 HOUR DO DO 1");
    const status = (side: Side) =>
      pair[side].rootQuery(
        "SELECT STATUS AS status, DEFINER AS definer FROM information_schema.EVENTS WHERE EVENT_NAME = 'late'",
      );
    await expect.poll(() => status("source")).toMatchObject([{ status: "REPLICA_SIDE_DISABLED" }]);
    const executed = () => pair.target.rootQuery("SELECT @@gtid_executed AS executed");
    const before = await executed();
    // Its definer has SYSTEM_USER, which the administrator has not.
    await expect(switchover(pair.request("source"), [], silent)).rejects.toThrow("SYSTEM_USER");
    expect(await executed()).toEqual(before);
    await pair.target.rootQuery("DROP EVENT app.late");
  });

  it("refuses, before any change, to enable an event whose definer was dropped, and tells which and what is lacking", async () => {
    await pair.target.rootQuery(
      "CREATE USER gone@localhost",
      "CREATE DEFINER = gone@localhost EVENT app.orphan ON SCHEDULE EVERY 1 HOUR DO DO 1",
      "DROP USER gone@localhost",
    );
    await awaitCatchUp(pair.target.options, pair.source.options);
    const executed = () => pair.target.rootQuery("SELECT @@gtid_executed AS executed");
    const before = await executed();
    await expect(switchover(pair.request("source"), [], silent)).rejects.toThrow(
      /app\.orphan[^\n]* lacks [^\n]*ALLOW_NONEXISTENT_DEFINER/,
    );
    expect(await executed()).toEqual(before);
    expect(await state("target")).toEqual(asPrimary);
    await pair.target.rootQuery("DROP EVENT app.orphan");
  });

  it("completes everything but an event that cannot be enabled, and names it", async () => {
    // After the checks, and after the last one that would have refused.
    const listener = async (step: string) => {
      if (step !== "test reverse replication") return;
      await pair.target.rootQuery(
        "CREATE USER gone@localhost",
        "CREATE DEFINER = gone@localhost EVENT app.orphan ON SCHEDULE EVERY 1 HOUR DO DO 1",
        "DROP USER gone@localhost",
      );
    };
    const lines: string[] = [];
    const result = await switchover(pair.request("source"), [], (line) => lines.push(line), listener);
    expect(result).toMatchObject({ primary: "source" });
    expect(lines.join("\n")).toMatch(
      /event app\.orphan stays disabled, .* ALLOW_NONEXISTENT_DEFINER; enable it: .* ENABLE/,
    );
    expect(await state("source")).toEqual(asPrimary);
    expect(await state("target")).toMatchObject(asReplica);
    await pair.source.rootQuery("DROP EVENT app.orphan");
    await switchover(pair.request("target"), [], silent);
  });

  it("lets a restarted server come up in its role", async () => {
    await pair.source.kill();
    await pair.target.kill();
    await Promise.all([pair.source.restart(), pair.target.restart()]);
    expect(await pair.source.rootQuery("SELECT @@super_read_only AS fenced")).toEqual([{ fenced: 1 }]);
    expect(await pair.target.rootQuery("SELECT @@read_only AS fenced")).toEqual([{ fenced: 0 }]);
    expect(await switchover(pair.request("source"), [], silent)).toMatchObject({ primary: "source" });
  });

  it("finalizes, and leads no traffic away from a server that has become the primary since", async () => {
    await switchover(pair.request("target"), [], silent);
    // As `ferry watch --failover` does.
    await pair.target.rootQuery("SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1");
    const file = join(pair.target.directory, "route");
    const script = `case $GTID_FERRY_ACTION in observe) cat ${file} ;; lead) echo "$GTID_FERRY_SIDE" >${file} ;; esac`;
    const route = routeOptions.parse({
      kind: "command",
      name: "switch",
      argv: ["bash", "-c", script],
      members: ["standby"],
    });
    const request = pair.roles("target", { isFinal: true, routes: [route] });
    await writeFile(file, "target\n");
    const final = await ensureRoles(request, undefined, silent);
    expect(final).toMatchObject({ present: "target", isFinal: true, inOrder: true });
    expect(await state("target")).toMatchObject({ readOnly: 0, persisted: "read_only=ON,super_read_only=ON" });

    await writeFile(file, "standby\n");
    expect(await readRoles(request, final, silent)).toMatchObject({ inOrder: false });
    await expect(ensureRoles(request, final, silent)).rejects.toThrow("it routes to standby");
    expect(await readFile(file, "utf8")).toBe("standby\n");

    await writeFile(file, "elsewhere\n");
    expect(await ensureRoles(request, final, silent)).toMatchObject({ inOrder: true });
    expect(await readFile(file, "utf8")).toBe("target\n");
  });

  it("finalizes without a source that is gone for good, and only where the target is the primary", async () => {
    // As the switchover had left it.
    await pair.target.rootQuery("UPDATE gtid_ferry.switchover SET finalized_at = NULL");
    const nothing = await startSilentServer();
    const { source, ...rest } = pair.roles("target", { isFinal: true });
    const request = { ...rest, source: { ...source, connection: nothing.reachedBy(source.connection) } };
    try {
      await pair.target.rootQuery("SET GLOBAL super_read_only = 1");
      await expect(ensureRoles(request, undefined, silent)).rejects.toThrow("ETIMEDOUT");
      await pair.target.rootQuery("SET GLOBAL super_read_only = 0", "SET GLOBAL read_only = 0");
      const final = await ensureRoles(request, undefined, silent);
      expect(final).toMatchObject({ present: "target", isFinal: true, inOrder: true });
      expect(final.sourceUuid).toMatch(/^[0-9a-f-]{36}$/);
      const noted = "SELECT COUNT(*) AS noted FROM gtid_ferry.switchover WHERE finalized_at IS NOT NULL";
      expect(await pair.target.rootQuery(noted)).toEqual([{ noted: 1 }]);
      expect(await readRoles(request, final, silent)).toMatchObject({ inOrder: true });
    } finally {
      await nothing.stop();
    }
  });
});
