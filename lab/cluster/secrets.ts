import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterAddresses } from "./addresses.js";
import type { ClusterLayout } from "./layout.js";
import { must } from "./run.js";

/** Name of the cluster's one node. */
export const NODE_NAME = "node";

/** Who logs in at the API server, with the user and group that its own rules know. */
const identities: Readonly<Record<string, { readonly user: string; readonly group?: string }>> = {
  admin: { user: "admin", group: "system:masters" },
  controllerManager: { user: "system:kube-controller-manager" },
  scheduler: { user: "system:kube-scheduler" },
  proxy: { user: "system:kube-proxy" },
  kubelet: { user: `system:node:${NODE_NAME}`, group: "system:nodes" },
};

export function secretFiles({ secrets }: ClusterLayout) {
  return {
    authority: join(secrets, "ca.crt"),
    authorityKey: join(secrets, "ca.key"),
    tokens: join(secrets, "tokens.csv"),
    /** Signs service account tokens. */
    serviceAccountKey: join(secrets, "service-account.key"),
    serviceAccountPublicKey: join(secrets, "service-account.pub"),
    certificate: (name: CertificateName) => join(secrets, `${name}.crt`),
    key: (name: CertificateName) => join(secrets, `${name}.key`),
    kubeconfig: (name: string) => join(secrets, `${name}.kubeconfig`),
  } as const;
}

export type CertificateName = "api-server" | "kubelet" | "api-server-client";

/** Keys, certificates of one authority, tokens and kubeconfig files, readable by root alone. */
export async function makeSecrets(layout: ClusterLayout, addresses: ClusterAddresses): Promise<void> {
  const files = secretFiles(layout);
  await mkdir(layout.secrets, { recursive: true, mode: 0o700 });
  await makeAuthority(layout, addresses.name);
  const { nodeAddress, apiServiceAddress } = addresses;
  const apiServerNames = ["DNS:kubernetes.default", "DNS:kubernetes.default.svc", `IP:${apiServiceAddress}`];
  await makeCertificate(layout, "api-server", "kube-apiserver", [
    `IP:${nodeAddress}`,
    "IP:127.0.0.1",
    ...apiServerNames,
  ]);
  await makeCertificate(layout, "kubelet", NODE_NAME, [`IP:${nodeAddress}`, `DNS:${NODE_NAME}`]);
  await makeCertificate(layout, "api-server-client", "kube-apiserver-kubelet-client", ["DNS:kube-apiserver"]);
  await must(["openssl", "genrsa", "-out", files.serviceAccountKey, "2048"]);
  await must(["openssl", "rsa", "-in", files.serviceAccountKey, "-pubout", "-out", files.serviceAccountPublicKey]);
  await makeLogins(layout, `https://${nodeAddress}:6443`);
}

async function makeAuthority(layout: ClusterLayout, name: string): Promise<void> {
  const { authority, authorityKey } = secretFiles(layout);
  const subject = ["-subj", `/CN=${name}`, "-days", "3650"];
  const usage = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"];
  await must(["openssl", "req", "-x509", ...newKey(authorityKey), ...subject, ...usage, "-out", authority]);
}

async function makeCertificate(
  layout: ClusterLayout,
  name: CertificateName,
  commonName: string,
  alternativeNames: readonly string[],
): Promise<void> {
  const { authority, authorityKey, key, certificate } = secretFiles(layout);
  const subject = ["-subj", `/CN=${commonName}`, "-days", "3650"];
  const names = ["-addext", `subjectAltName=${alternativeNames.join(",")}`];
  const usage = ["-addext", "basicConstraints=CA:FALSE", "-addext", "extendedKeyUsage=serverAuth,clientAuth"];
  const signer = ["-CA", authority, "-CAkey", authorityKey];
  const made = [...newKey(key(name)), ...subject, ...names, ...usage, ...signer, "-out", certificate(name)];
  await must(["openssl", "req", "-x509", ...made]);
}

function newKey(path: string): readonly string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path];
}

async function makeLogins(layout: ClusterLayout, server: string): Promise<void> {
  const files = secretFiles(layout);
  const authority = await readFile(files.authority);
  const lines: string[] = [];
  for (const [name, { user, group }] of Object.entries(identities)) {
    const token = randomBytes(24).toString("hex");
    lines.push(`${[token, user, user, ...(group === undefined ? [] : [group])].join(",")}\n`);
    await writePrivate(files.kubeconfig(name), kubeconfigText({ server, authority, user, token }));
  }
  await writePrivate(files.tokens, lines.join(""));
  await writePrivate(layout.kubeconfig, await readFile(files.kubeconfig("admin"), "utf8"));
}

interface Login {
  readonly server: string;
  readonly authority: Buffer;
  readonly user: string;
  readonly token: string;
}

function kubeconfigText({ server, authority, user, token }: Login): string {
  const cluster = { server, "certificate-authority-data": authority.toString("base64") };
  const configuration = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "gtid-ferry", cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "gtid-ferry", context: { cluster: "gtid-ferry", user, namespace: "default" } }],
    "current-context": "gtid-ferry",
  };
  return `${JSON.stringify(configuration, null, 2)}\n`;
}

async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
}
