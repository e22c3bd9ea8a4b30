import { beforeEach, describe, expect, it } from "vitest";
import { sshConnection as connectionOf } from "../../../components/ssh-connection.js";
import { fingerprintOf, type HostOptions } from "../../../engine/hosts/index.js";

const ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIH2WyTiMVTcWdvyHxXGUuTFBHwZIDMsEkrSvJSDiDTxu";
const ECDSA =
  "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=";

const RSA =
  "AAAAB3NzaC1yc2EAAAADAQABAAABAQCV5fCP9qMsEyHKoUOqGV9VbcLtICvR4YDRwhBr5w8Ix4KTKPk6wGrL1WD4EiUg1DCqZyMpGiqfLf/H0CVXDL2BU5LFNwjR3mnWrOdA4AesGb6ulz5Pp3iSgq+1PgAnqHPyl3xypnmHsOP0pxc2MZLt15YLJm1bCtub2q+fC3a/vnPMjCnr4/+aVkq7S8gJcnLzWTrqnuZ8YfZFebppj1hnMLlk+yOS5i4ysBz2/Nn8rtN4Xn1dR36Y/JRhNGJ2X3YktWlyEugUTJo/DqaFipdTB+nJHSjBNqygcWq+EsYznpPPaK02lUJ05jteYBdFRvd2pw8pu2QxIgC6BOR1bz8f";

const ssh = { kind: "ssh", host: "db.example", user: "ubuntu", privateKey: "key-hush" } as const;
const known = `db.example ssh-ed25519 ${ED25519}`;

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
});
const sshConnection = (what: string, host: HostOptions) => connectionOf(what, host, (line) => warnings.push(line));

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
      dialErrorLimit: 2,
      perDialTimeout: 3,
      proxy: {
        host: "door",
        port: 2222,
        user: "gate",
        agentSocketPath: "/run/agent",
        hostKey: `ecdsa-sha2-nistp256 ${ECDSA}`,
        dialErrorLimit: 2,
      },
    });
    expect(warnings).toEqual([]);
  });

  it("names the ed25519 key before ECDSA and RSA, whatever their order, unless a fingerprint names another", () => {
    const knownHosts = `db.example ssh-rsa ${RSA}\ndb.example ecdsa-sha2-nistp256 ${ECDSA}\n${known}\n`;
    expect(sshConnection("x", { ...ssh, knownHosts }).hostKey).toBe(`ssh-ed25519 ${ED25519}`);
    const withoutEd25519 = `db.example ssh-rsa ${RSA}\ndb.example ecdsa-sha2-nistp256 ${ECDSA}\n`;
    expect(sshConnection("x", { ...ssh, knownHosts: withoutEd25519 }).hostKey).toBe(`ecdsa-sha2-nistp256 ${ECDSA}`);
    const hostKeyFingerprint = fingerprintOf(Buffer.from(ECDSA, "base64"));
    const named = sshConnection("x", { ...ssh, knownHosts, hostKeyFingerprint });
    expect(named.hostKey).toBe(`ecdsa-sha2-nistp256 ${ECDSA}`);
    expect(warnings).toEqual([]);
  });

  it("warns where only an RSA key is known, of the host or of the bastion", () => {
    const bastion = { host: "door", user: "gate", privateKey: "k", knownHosts: `door ssh-rsa ${RSA}` };
    const host = { ...ssh, knownHosts: `db.example ssh-rsa ${RSA}`, bastion };
    expect(sshConnection("the source host shop", host).hostKey).toBe(`ssh-rsa ${RSA}`);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^the source host shop: host.knownHosts: only an RSA key is known of db.example; .* OpenSSH 8.8/,
      ),
      expect.stringMatching(/^the source host shop: host.bastion.knownHosts: only an RSA key is known of door; /),
    ]);
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
