import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeTestDirectory, removeTestDirectory } from "../../../lab/testing.js";
import { runTool } from "../../../toolchain/command.js";

/** A Secret of type kubernetes.io/tls with a certificate for these names, signed by an authority of its own. */
export async function tlsSecret(name: string, namespace: string, dnsNames: readonly string[]): Promise<unknown> {
  const directory = await makeTestDirectory("tls");
  const openssl = async (...args: readonly string[]): Promise<void> => {
    const run = await runTool(["openssl", ...args], { workingDirectory: directory, timeoutSeconds: 30 });
    if (run.exitCode !== 0) throw new Error(`openssl ${args[0]}: ${run.lastLines.join("\n")}`);
  };
  try {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    await openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.crt",
      "-days",
      "2",
      "-subj",
      "/CN=authority",
    );
    const names = `subjectAltName=${dnsNames.map((dnsName) => `DNS:${dnsName}`).join(",")}`;
    const authority = ["-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2"];
    await openssl(
      "req",
      "-x509",
      ...key,
      ...authority,
      "-keyout",
      "tls.key",
      "-out",
      "tls.crt",
      "-subj",
      "/CN=mysql",
      "-addext",
      names,
    );
    const text = (file: string) => readFileSync(join(directory, file), "utf8");
    const stringData = { "ca.crt": text("ca.crt"), "tls.crt": text("tls.crt"), "tls.key": text("tls.key") };
    return { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata: { name, namespace }, stringData };
  } finally {
    await removeTestDirectory(directory);
  }
}
