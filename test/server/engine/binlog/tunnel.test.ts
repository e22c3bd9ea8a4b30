import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readTransactions } from "../../../../engine/binlog/index.js";
import { GtidSet } from "../../../../engine/gtid/index.js";
import { type ConnectionOptions, MysqlServer, type TlsOptions } from "../../../../engine/mysql/index.js";
import { LabSshd } from "../../../../lab/sshd/index.js";
import {
  makeTestDirectory,
  removeTestDirectory,
  startTestMysql,
  type TestMysql,
  testInstallation,
} from "../../../../lab/testing.js";
import { ensureOpenssh } from "../../../../toolchain/openssh.js";
import { Authority } from "../../../helpers/certificates.js";

let directory: string;
let authority: Authority;
let server: TestMysql;
let sshd: LabSshd;
beforeAll(async () => {
  directory = await makeTestDirectory("binlog-tunnel");
  authority = new Authority(directory);
  const { certificatePath, keyPath } = authority.sign("DNS:localhost");
  server = await startTestMysql({
    name: "binlog-tunnel-mysql",
    settings: {
      gtid_mode: "ON",
      enforce_gtid_consistency: "ON",
      require_secure_transport: "ON",
      ssl_ca: authority.certificatePath,
      ssl_cert: certificatePath,
      ssl_key: keyPath,
    },
  });
  sshd = await LabSshd.start(await ensureOpenssh(() => undefined), { directory: join(directory, "sshd") });
});
afterAll(async () => {
  await Promise.all([sshd.stop(), server.stop()]);
  await removeTestDirectory(directory);
});

const through = (tls: TlsOptions): ConnectionOptions => ({
  ...server.options,
  tls,
  via: { kind: "ssh", ssh: sshd.login },
});

/** The schemas whose creation the binary logs hold, read by mysqlbinlog over `connection`. */
async function schemasIn(connection: ConnectionOptions): Promise<string[]> {
  const { mysqlbinlog } = await testInstallation();
  const [row] = await server.rootQuery("SELECT @@gtid_executed AS value");
  const gtids = GtidSet.parse(String(row?.value));
  const open = await MysqlServer.connect(server.options, "source");
  try {
    const schemas: string[] = [];
    for await (const { statements } of readTransactions(open, connection, gtids, { program: mysqlbinlog })) {
      for (const text of statements) if (text.startsWith("CREATE SCHEMA")) schemas.push(text.split(" ")[2] ?? "");
    }
    return schemas;
  } finally {
    await open.close();
  }
}

it("reads binary logs with mysqlbinlog through SSH, by TLS, and leaves nothing behind", async () => {
  await server.rootQuery("CREATE SCHEMA one", "CREATE SCHEMA two");
  vi.stubEnv("TMPDIR", directory);
  const before = await readdir(directory);
  expect(await schemasIn(through({ mode: "required" }))).toEqual(["one", "two"]);
  expect(await schemasIn(through({ mode: "verify-ca", ca: authority.certificate }))).toEqual(["one", "two"]);
  expect(await readdir(directory)).toEqual(before);
  vi.unstubAllEnvs();
});

it.each(["disabled", "verify-identity"] as const)(
  "refuses %s, which mysqlbinlog cannot keep in a tunnel",
  async (mode) => {
    const tls = { mode, ca: authority.certificate };
    const refused = schemasIn(through(tls));
    await expect(refused).rejects.toThrow(
      `TLS mode ${mode}, which MySQL's client programs cannot keep through a tunnel`,
    );
  },
);

it("names the tunnel when that is what failed", async () => {
  await sshd.stop();
  try {
    await expect(schemasIn(through({ mode: "required" }))).rejects.toThrow(/^connecting failed on ssh .*ECONNREFUSED/s);
  } finally {
    await sshd.restart();
  }
});
