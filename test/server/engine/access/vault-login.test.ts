import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSecret } from "../../../../engine/access/vault-login.js";
import { makeTestDirectory, removeTestDirectory } from "../../../../lab/testing.js";

const POD = { role: "shop", authPath: "auth/kubernetes", path: "kv/data/db_replication/shop", hasS3Keys: true };

let directory: string;
let caCertFile: string;
let server: Server;
let address: string;
let asked: string[];

/** A Vault with a certificate of its own, whose standby sends logins elsewhere. */
beforeAll(async () => {
  directory = await makeTestDirectory("vault-login");
  caCertFile = join(directory, "ca.pem");
  const keyFile = join(directory, "key.pem");
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  const subject = ["-subj", "/CN=vault", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-out", caCertFile];
  execFileSync("openssl", ["req", "-x509", ...newKey, ...subject], { stdio: "pipe" });
  server = createServer({ key: readFileSync(keyFile), cert: readFileSync(caCertFile) }, (request, response) => {
    const { method, url = "", headers } = request;
    asked.push(`${method} ${url} ${headers["x-vault-namespace"]} ${headers["x-vault-token"]}`);
    if (url === "/v1/auth/kubernetes/login") response.writeHead(307, { location: "/active" }).end();
    else if (url.startsWith("/v1/auth/token")) response.writeHead(204).end();
    else {
      const data = { data: { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" } };
      const answer = url === "/active" ? { auth: { client_token: "s.token" } } : { data };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await removeTestDirectory(directory);
});

it("logs in where the certificate is of an authority that is given, and gives the login back", async () => {
  asked = [];
  expect(await readSecret({ address, caCertFile, namespace: "team" }, POD, "jwt")).toEqual({
    answer: { step: "done", keys: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] },
    login: { accessKeyId: "id", secretAccessKey: "key" },
  });
  expect(asked).toEqual([
    "POST /v1/auth/kubernetes/login team undefined",
    "POST /active team undefined",
    "GET /v1/kv/data/db_replication/shop team s.token",
    "POST /v1/auth/token/revoke-self team s.token",
  ]);
});

it("says nothing to a server whose certificate nobody vouches for", async () => {
  asked = [];
  const { answer } = await readSecret({ address }, POD, "jwt");
  expect(answer).toEqual({ step: "reach", why: expect.stringMatching(/self-signed certificate/) });
  expect(asked).toEqual([]);
});
