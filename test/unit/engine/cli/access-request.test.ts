import { expect, it } from "vitest";
import { parseAccessRequest } from "../../../../engine/cli/access-request.js";

const login = { accessKeyId: "id", secretAccessKey: "secret-key" };
const bucket = { bucket: "backups", region: "eu-central-1" };
const request = {
  cluster: { kubeconfig: "secret-kubeconfig", namespace: "databases" },
  release: "shop",
  chartValues: { image: { tag: "8.0.46" } },
  database: "shop",
  bucket: { ...bucket, keyPrefix: "" },
  podLogin: login,
  writer: { ...bucket, login: { roleArn: "arn:aws:iam::111111111111:role/deploy" } },
  source: { host: "10.20.1.5", port: 3306 },
  vault: { address: "https://vault.example:8200" },
  startTimeoutSeconds: 300,
};

it("takes the stack output access as it is", () => {
  expect(parseAccessRequest(JSON.stringify(request))).toEqual(request);
});

it("names every mistake and no secret", () => {
  const wrong = {
    ...request,
    bucket,
    vault: { address: "vault.example" },
    podLogin: { ...login, secretAccessKey: 7, more: "secret-more" },
  };
  expect(() => parseAccessRequest(JSON.stringify(wrong))).toThrow(
    /^access has 4 mistake\(s\)(?=[\s\S]*access\.bucket\.keyPrefix)(?=[\s\S]*access\.vault\.address)(?=[\s\S]*access\.podLogin\.secretAccessKey)(?![\s\S]*(secret-key|secret-more|secret-kubeconfig))/,
  );
});
