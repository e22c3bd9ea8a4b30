import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_FAILOVER_LIMITS, watch } from "../../../../engine/failover/index.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "watch-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Nobody listens there. */
const login = { host: "127.0.0.1", port: 1, user: "nobody", password: "" };
const address = {
  ...login,
  tls: { mode: "disabled" as const },
  connectRetrySeconds: 1,
  retryCount: 1,
  heartbeatSeconds: 1,
  compression: "uncompressed" as const,
};
const member = { connection: login, address };
const request = {
  channel: "c",
  members: { a: member, b: member },
  tree: { a: null, b: "a" },
  limits: DEFAULT_FAILOVER_LIMITS,
};

describe("watch", () => {
  it("goes on looking where its record cannot be written any more, and says so", async () => {
    const recordFile = join(directory, "record.jsonl");
    const ended = new AbortController();
    const lines: string[] = [];
    const progress = (line: string) => {
      lines.push(line);
      if (lines.length === 1) {
        rmSync(recordFile);
        mkdirSync(recordFile);
      }
      if (line.startsWith("not recorded")) ended.abort();
    };
    const options = { failover: false, intervalSeconds: 0.01, coolDownSeconds: 1, recordFile };
    await watch(request, [], options, progress, ended.signal);
    expect(lines.find((line) => line.startsWith("not recorded"))).toMatch(/^not recorded \(seen\): .*EISDIR/);
  });

  it("refuses a record that cannot be written, before it looks", async () => {
    const options = { failover: false, intervalSeconds: 1, coolDownSeconds: 1, recordFile: directory };
    await expect(watch(request, [], options, () => {}, new AbortController().signal)).rejects.toThrow("EISDIR");
  });
});
