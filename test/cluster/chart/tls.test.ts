import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authority } from "../../helpers/certificates.js";
import { BackupPlace } from "../helpers/backup-place.js";
import type { Release } from "../helpers/release.js";

let place: BackupPlace;

beforeAll(async () => {
  place = await BackupPlace.start("chart-tls");
});

afterAll(async () => {
  await place.stop();
});

/** With a certificate for these names (a subjectAltName), by an authority of its own. */
function tlsSecret(name: string, names: string): unknown {
  const authority = new Authority(place.lab.directory);
  const { certificatePath, keyPath } = authority.sign(names);
  const [certificate, key] = [certificatePath, keyPath].map((path) => readFileSync(path, "utf8"));
  const stringData = { "ca.crt": authority.certificate, "tls.crt": certificate, "tls.key": key };
  return { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata: { name }, stringData };
}

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
    await release.kubectl(["apply", "--filename=-"], JSON.stringify(tlsSecret("given-tls", "DNS:given-target")));
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
