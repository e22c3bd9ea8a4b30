import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BackupPlace } from "../helpers/backup-place.js";
import type { Release } from "../helpers/release.js";
import { tlsSecret } from "../helpers/tls-secret.js";

const NAMESPACE = "chart-tls";

let place: BackupPlace;

beforeAll(async () => {
  place = await BackupPlace.start(NAMESPACE);
});

afterAll(async () => {
  await place.stop();
});

/** The cipher of a connection to a Service, by the mysql client in the pod. */
async function cipherOf(release: Release, service: string, ...options: readonly string[]): Promise<string> {
  const client = [
    "mysql",
    "--defaults-file=/credentials/client.cnf",
    "--protocol=TCP",
    "--batch",
    "--skip-column-names",
  ];
  const argv = ["exec", "--stdin", release.pod, "--container=mysqld", "--", ...client, `--host=${service}`, ...options];
  return release.kubectl(argv, "SHOW SESSION STATUS LIKE 'Ssl_cipher'");
}

describe("a release", () => {
  it("makes certificates of its own, and lets in nobody without encryption", async () => {
    const release = await place.release("own");
    release.install(place.manifestKey);
    await release.untilReady();
    const address = await release.kubectl(["get", "service", "own-target", "--output=jsonpath={.spec.clusterIP}"]);
    expect(await cipherOf(release, address, "--ssl-mode=REQUIRED")).toMatch(/^Ssl_cipher\tTLS_/);
    await expect(cipherOf(release, address, "--ssl-mode=DISABLED", "--get-server-public-key")).rejects.toThrow(
      "ERROR 3159",
    );
    release.uninstall();
  });

  it("shows a given certificate, which names its Services and nothing else", async () => {
    const release = await place.release("given");
    const secret = await tlsSecret("given-tls", NAMESPACE, ["given-target.chart-tls.svc"]);
    await place.cluster.kubectl(["apply", "--filename=-"], JSON.stringify(secret));
    release.install(place.manifestKey, { tls: { secretName: "given-tls" } });
    await release.untilReady();
    const address = await release.kubectl(["get", "service", "given-target", "--output=jsonpath={.spec.clusterIP}"]);
    expect(await cipherOf(release, address, "--ssl-mode=VERIFY_CA", "--ssl-ca=/tls/ca.crt")).toMatch(/\tTLS_/);
    await expect(cipherOf(release, address, "--ssl-mode=VERIFY_IDENTITY", "--ssl-ca=/tls/ca.crt")).rejects.toThrow(
      "ERROR 2026",
    );
    release.uninstall();
  });
});
