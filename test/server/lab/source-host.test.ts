import { join } from "node:path";
import { openHost } from "@gtid-ferry/engine/hosts";
import { MysqlServer, readServerFacts } from "@gtid-ferry/engine/mysql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NetworkNamespace } from "../../../lab/network-namespace.js";
import { type SourceHost, startSourceHost } from "../../../lab/source-host.js";
import { makeTestDirectory, removeTestDirectory } from "../../../lab/test-directories.js";
import { runTool } from "../../../toolchain/command.js";

let directory: string;
let source: SourceHost;

beforeAll(async () => {
  directory = await makeTestDirectory("source-host");
  source = await startSourceHost({ directory: join(directory, "host") });
});

afterAll(async () => {
  await source.stop();
  await removeTestDirectory(directory);
});

describe("a source host", () => {
  it("has an address of its own, where mysqld is reached", async () => {
    const { serverUuid } = await MysqlServer.with(source.mysqld.administrator(), "source", (server) =>
      readServerFacts(server),
    );
    expect(serverUuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(source.mysqld.administrator().host).toBe(source.address);
  });

  it("runs commands by SSH in its own network", async () => {
    const host = openHost({ kind: "ssh", ...source.ssh });
    const { stdout } = await host.run({ argv: ["ip", "-brief", "address"], timeoutSeconds: 10 });
    await host.close();
    expect(stdout).toContain(`${source.address}/30`);
    expect(stdout).not.toContain(source.network.interfaceName);
  });

  it("is reached from another network behind this machine, once that is admitted", async () => {
    const other = await NetworkNamespace.open(join(directory, "other"));
    try {
      await source.network.admit(other.interfaceName);
      const argv = [...other.enter, "bash", "-c", `exec 3<>/dev/tcp/${source.address}/${source.mysqld.port}`] as const;
      expect((await runTool(argv, { timeoutSeconds: 10 })).exitCode).toBe(0);
    } finally {
      await other.close();
    }
  });
});
