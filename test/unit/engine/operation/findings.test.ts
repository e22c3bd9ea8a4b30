import { describe, expect, it } from "vitest";
import { assertNoBlockers, FerryError, type Finding, formatFindings } from "../../../../engine/operation/index.js";

const finding = (check: string, severity: Finding["severity"], changes: Partial<Finding> = {}): Finding => ({
  check,
  server: "source db:3306",
  severity,
  seen: `${check} is OFF`,
  wanted: `${check} ON`,
  fix: severity === "ok" ? "" : `SET ${check} = ON;`,
  ...changes,
});

describe("assertNoBlockers", () => {
  it("accepts everything else", () => {
    expect(() => assertNoBlockers([finding("a", "ok"), finding("b", "warning")])).not.toThrow();
  });

  it("lists every blocker with its fix, and nothing else", () => {
    let thrown: unknown;
    try {
      assertNoBlockers([
        finding("log-bin", "blocker", { fix: "add:\n  log_bin = binlog" }),
        finding("quiet", "warning"),
        finding("read-only", "blocker", { server: "target pod:3306" }),
      ]);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(FerryError);
    expect(thrown).toHaveProperty(
      "message",
      `preflight failed on source db:3306 and target pod:3306
  seen:   
    - log-bin (source db:3306): log-bin is OFF
    - read-only (target pod:3306): read-only is OFF
  wanted: 
    - log-bin: log-bin ON
    - read-only: read-only ON
  next:   
    - log-bin: add:
        log_bin = binlog
    - read-only: SET read-only = ON;`,
    );
  });
});

describe("formatFindings", () => {
  it("puts the worst first, in aligned columns", () => {
    expect(formatFindings([finding("tls", "ok"), finding("events", "warning"), finding("log-bin", "blocker")])).toBe(
      `severity  check    server          found
blocker   log-bin  source db:3306  log-bin is OFF
                                   wanted: log-bin ON
                                   fix: SET log-bin = ON;
warning   events   source db:3306  events is OFF
                                   wanted: events ON
                                   fix: SET events = ON;
ok        tls      source db:3306  tls is OFF
1 blocker, 1 warning, 1 ok`,
    );
  });

  it("wraps long texts and keeps the lines of a fix", () => {
    const seen = Array.from({ length: 40 }, (_, at) => `table${at}`).join(", ");
    const lines = formatFindings([finding("x", "blocker", { seen, fix: "[mysqld]\n  log_bin = binlog" })]).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(lines.map((line) => line.trim()).join(" ")).toContain(seen);
    const indent = lines.find((line) => line.includes("fix:"))?.indexOf("fix:") ?? 0;
    expect(lines).toContain(`${" ".repeat(indent + 2)}log_bin = binlog`);
  });

  it("says so when there is nothing", () => {
    expect(formatFindings([])).toBe("severity  check  server  found\n0 blockers, 0 warnings, 0 ok");
  });
});
