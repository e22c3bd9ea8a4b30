import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../../../engine/operation/index.js";
import { runPreflight } from "../../../../engine/preflight/index.js";
import { startTestMysql, type TestMysql } from "../../../../lab/testing.js";

const blockers = (findings: readonly Finding[]) =>
  findings.filter(({ severity }) => severity === "blocker").map(({ check }) => check);
const find = (findings: readonly Finding[], check: string) => findings.find((finding) => finding.check === check);

async function readValue(server: TestMysql, expression: string): Promise<string> {
  const [row] = await server.rootQuery(`SELECT ${expression} AS value`);
  return String(row?.value);
}

const GTID_ON = { gtid_mode: "ON", enforce_gtid_consistency: "ON" } as const;
const TARGET = { ...GTID_ON, super_read_only: "ON", skip_replica_start: "ON", event_scheduler: "OFF" } as const;

let source: TestMysql;
const stopped: TestMysql[] = [];
const start = async (name: string, settings: Parameters<typeof startTestMysql>[0]["settings"] = {}) => {
  const server = await startTestMysql({ name, settings });
  stopped.push(server);
  return server;
};
beforeAll(async () => {
  source = await start("preflight-source", GTID_ON);
});
afterAll(() => Promise.all(stopped.map((server) => server.stop())));

describe("a target", () => {
  it("that fits has no blocker", async () => {
    const target = await start("preflight-target", TARGET);
    const findings = await runPreflight({ source: source.options, target: target.options, purpose: "replicate" });
    expect(blockers(findings)).toEqual([]);
    expect(find(findings, "version-path")?.severity).toBe("ok");
    expect(find(findings, "errant-transactions")).toMatchObject({ severity: "ok", seen: "none" });
  });

  it("that does not fit is told everything at once", async () => {
    const target = await start("preflight-misfit", {
      ...TARGET,
      super_read_only: "OFF",
      lower_case_table_names: 1,
      innodb_page_size: "8k",
      sql_mode: "",
      max_connections: 100,
      replicate_do_db: "app",
      transaction_read_only: "ON",
      binlog_format: "STATEMENT",
    });
    const serverId = await readValue(source, "@@server_id");
    await target.rootQuery(
      "SET SESSION transaction_read_only = OFF",
      `SET GLOBAL server_id = ${serverId}`,
      "CREATE SCHEMA errant",
    );
    const targetUuid = await readValue(target, "@@server_uuid");

    const findings = await runPreflight({ source: source.options, target: target.options, purpose: "replicate" });
    expect(blockers(findings)).toEqual([
      "read-only",
      "binlog-format",
      "transaction-read-only",
      "replication-filters",
      "server-id-pair",
      "innodb-page-size",
      "lower-case-table-names",
      "errant-transactions",
    ]);
    expect(find(findings, "errant-transactions")?.seen).toBe(`${targetUuid}:1`);
    expect(find(findings, "sql-mode")).toMatchObject({ severity: "warning", seen: "(empty)" });
    expect(find(findings, "max-connections")).toMatchObject({ severity: "warning", seen: "100" });
  });

  it("lacks what the source has purged", async () => {
    const target = await start("preflight-late", TARGET);
    await source.rootQuery(
      "CREATE SCHEMA app",
      "FLUSH BINARY LOGS",
      "PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 HOUR",
    );
    const purged = await readValue(source, "@@GLOBAL.gtid_purged");
    expect(purged).not.toBe("");
    const findings = await runPreflight({ source: source.options, target: target.options, purpose: "replicate" });
    expect(blockers(findings)).toEqual(["purged-gtids"]);
    expect(find(findings, "purged-gtids")?.seen).toBe(`lacks ${purged}`);
  });
});

it("two servers out of reach are two findings, and none holds a password", async () => {
  const findings = await runPreflight({
    source: { ...source.options, password: "wrong-password" },
    target: { ...source.options, port: 1 },
    purpose: "replicate",
  });
  expect(findings.map(({ check, server, severity }) => [check, server, severity])).toEqual([
    ["connection", `source 127.0.0.1:${source.port}`, "blocker"],
    ["connection", "target 127.0.0.1:1", "blocker"],
  ]);
  expect(findings[0]?.seen).toContain("ER_ACCESS_DENIED_ERROR");
  expect(JSON.stringify(findings)).not.toMatch(new RegExp(`wrong-password|${source.options.password}`));
});
