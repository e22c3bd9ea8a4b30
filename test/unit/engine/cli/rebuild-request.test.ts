import { describe, expect, it } from "vitest";
import { parseRebuildRequest } from "../../../../engine/cli/rebuild-request.js";

const server = { host: "127.0.0.1", port: 3306, user: "admin", password: "secret-word", tls: { mode: "required" } };
const job = {
  storage: { bucket: "backups", region: "eu-central-1", secretAccessKey: "secret-key" },
  workDirectory: "/srv/work",
  timeoutSeconds: 60,
  stallTimeoutSeconds: 60,
};
const request = {
  host: { kind: "local" },
  server: {
    target: { ...server, port: 3307 },
    serverId: 2,
    mysqld: "/usr/sbin/mysqld",
    bufferPoolMebibytes: 128,
    restore: { ...job, manifestKey: "p/shop/1/manifest.json", volumeDirectory: "/srv/target" },
    startTimeoutSeconds: 60,
  },
  rebuild: {
    source: server,
    backup: { ...job, database: "shop", backupId: "1", method: "clone", source: server, keyPrefix: "p" },
    minimumIntervalSeconds: 60,
  },
};

describe("the stack output rebuild", () => {
  it("is taken as it is", () => {
    expect(parseRebuildRequest(JSON.stringify(request))).toEqual(request);
  });

  it("is refused with every mistake named and no secret", () => {
    const wrong = {
      ...request,
      server: { ...request.server, serverId: 0, target: { ...server, password: 7 } },
      rebuild: { ...request.rebuild, backup: { ...request.rebuild.backup, method: "tape" } },
    };
    const text = String(
      (() => {
        try {
          return parseRebuildRequest(JSON.stringify(wrong));
        } catch (error) {
          return error;
        }
      })(),
    );
    expect(text).toContain("rebuild has 3 mistake(s)");
    expect(text).toContain("rebuild.server.serverId");
    expect(text).toContain("rebuild.server.target.password");
    expect(text).toContain("rebuild.rebuild.backup.method");
    expect(text).not.toMatch(/secret-word|secret-key/);
  });

  it("is refused while it is masked", () => {
    expect(() => parseRebuildRequest('"[secret]"')).toThrow("give --show-secrets to pulumi stack output");
  });
});
