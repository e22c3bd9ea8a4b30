import { describe, expect, it } from "vitest";
import { sshConnection } from "../../../components/ssh-connection.js";
import { fingerprintOf } from "../../../engine/hosts/index.js";

const ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIH2WyTiMVTcWdvyHxXGUuTFBHwZIDMsEkrSvJSDiDTxu";
const ECDSA =
  "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=";

const ssh = { kind: "ssh", host: "db.example", user: "ubuntu", privateKey: "key-hush" } as const;
const known = `db.example ssh-ed25519 ${ED25519}`;

describe("the connection of Pulumi's remote commands", () => {
  it("has the login and the host's key, and the bastion as a proxy", () => {
    const bastion = { host: "door", port: 2222, user: "gate", agentSocket: "/run/agent" };
    expect(
      sshConnection("x", {
        ...ssh,
        port: 2200,
        passphrase: "hush",
        connectTimeoutSeconds: 2.5,
        knownHosts: `[db.example]:2200 ssh-ed25519 ${ED25519}`,
        bastion: { ...bastion, knownHosts: `[door]:2222 ecdsa-sha2-nistp256 ${ECDSA}` },
      }),
    ).toEqual({
      host: "db.example",
      port: 2200,
      user: "ubuntu",
      privateKey: "key-hush",
      privateKeyPassword: "hush",
      hostKey: `ssh-ed25519 ${ED25519}`,
      perDialTimeout: 3,
      proxy: {
        host: "door",
        port: 2222,
        user: "gate",
        agentSocketPath: "/run/agent",
        hostKey: `ecdsa-sha2-nistp256 ${ECDSA}`,
      },
    });
  });

  it("names the key that Go's client asks for first, unless a fingerprint names another", () => {
    const knownHosts = `${known}\ndb.example ecdsa-sha2-nistp256 ${ECDSA}\n`;
    expect(sshConnection("x", { ...ssh, knownHosts }).hostKey).toBe(`ecdsa-sha2-nistp256 ${ECDSA}`);
    const hostKeyFingerprint = fingerprintOf(Buffer.from(ED25519, "base64"));
    expect(sshConnection("x", { ...ssh, knownHosts, hostKeyFingerprint }).hostKey).toBe(`ssh-ed25519 ${ED25519}`);
  });

  it.each(["local", "ssm"] as const)("there is none to a host of kind %s", (kind) => {
    const host = kind === "local" ? { kind } : { kind, instanceId: "i-1", region: "eu-central-1" };
    expect(() => sshConnection("the source host shop", host)).toThrow(
      `the source host shop has 1 mistake(s)\n  host.kind: is ${kind}, and Pulumi's remote commands only speak ssh`,
    );
  });

  it("there is none without a host key, and never one that trusts whoever answers", () => {
    const bastion = { host: "door", user: "gate", privateKey: "key-hush", hostKeyFingerprint: "SHA256:abc" };
    const refused = () => sshConnection("x", { ...ssh, bastion });
    expect(refused).toThrow(
      /^x has 2 mistake\(s\)\n {2}host.knownHosts: .*db.example.*\n {2}host.bastion.knownHosts: .*hostKeyFingerprint/,
    );
    expect(refused).not.toThrow("hush");
    expect(() => sshConnection("x", { ...ssh, knownHosts: `other ssh-ed25519 ${ED25519}` })).toThrow("host.knownHosts");
    const hostKeyFingerprint = "SHA256:someone-elses";
    expect(() => sshConnection("x", { ...ssh, knownHosts: known, hostKeyFingerprint })).toThrow("host.knownHosts");
  });
});
