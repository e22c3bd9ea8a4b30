import { describe, expect, it } from "vitest";
import {
  findKnownKeys,
  fingerprintOf,
  keyTypeOf,
  knownHostsLine,
  knownHostsName,
} from "../../../../../engine/hosts/ssh/known-hosts.js";

const KEY = "AAAAC3NzaC1lZDI1NTE5AAAAINEdFWI5+gEaGg+Et30nrVrxNO04xaBJfyi26fRVCjq9";
const RSA =
  "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDZfVQMnoCf4nABRCVN1WHR3X/YzxHSqrUNJ2o8eVvdZntK31dQv5CNqqoIBE67g71TR9f7DJpRgs+nCUpNBA5r1J6rgTQ6eYHdDeo8IJ1LC29z0JneBDsRik0F79YHYCVZL10akT8xJIoW2VIClGqVDHqbX5sFymu5hjOKKFU4+Q==";
// Hashed by ssh-keygen -H: source.example.com, then [10.0.0.5]:2222.
const HASHED = `|1|5SVdmSPOPtRcUvJ86CdQP63nTeM=|PGhnLeNEIYKjGVXqsrVXx5vS2Lw= ssh-ed25519 ${KEY}
|1|7cgtu/Rr7nmBSWyiw6PGHM67qtY=|iH+TiGzTKFCnlLVO0pOxh0sJJ3M= ssh-ed25519 ${KEY}
`;

function keysOf(text: string, host: string, port = 22): { accepted: string[]; revoked: string[] } {
  const { accepted, revoked } = findKnownKeys(text, host, port);
  const base64 = (keys: typeof accepted) => keys.map(({ blob }) => blob.toString("base64"));
  return { accepted: base64(accepted), revoked: base64(revoked) };
}

describe("findKnownKeys", () => {
  it.each([
    ["a", `a ssh-ed25519 ${KEY}`, 22],
    ["A.example.com", `a.EXAMPLE.com,10.0.0.5 ssh-ed25519 ${KEY} a comment`, 22],
    ["10.0.0.5", `a,10.0.0.5\tssh-ed25519  ${KEY}\r\n`, 22],
    ["a", `[a]:2222 ssh-ed25519 ${KEY}`, 2222],
    ["db7.example.com", `*.example.com,!db8.example.com ssh-ed25519 ${KEY}`, 22],
    ["db7", `db? ssh-ed25519 ${KEY}`, 22],
    ["source.example.com", HASHED, 22],
    ["10.0.0.5", HASHED, 2222],
  ])("knows %s by %j on port %i", (host, text, port) => {
    expect(keysOf(text, host, port)).toEqual({ accepted: [KEY], revoked: [] });
  });

  it.each([
    ["b", `a ssh-ed25519 ${KEY}`, 22],
    ["aXb", `a.b ssh-ed25519 ${KEY}`, 22],
    ["a", `[a]:2222 ssh-ed25519 ${KEY}`, 22],
    ["a", `a ssh-ed25519 ${KEY}`, 2222],
    ["db8.example.com", `*.example.com,!db8.example.com ssh-ed25519 ${KEY}`, 22],
    ["source.example.com", HASHED, 2222],
    ["a", `# a ssh-ed25519 ${KEY}`, 22],
    ["a", `#a ssh-ed25519 ${KEY}`, 22],
    ["a", `a ssh-rsa ${KEY}`, 22],
    ["a", "a ssh-ed25519 garbage", 22],
    ["a", `@cert-authority a ssh-ed25519 ${KEY}`, 22],
    ["a", `|2|5SVdmSPOPtRcUvJ86CdQP63nTeM=|PGhn ssh-ed25519 ${KEY}`, 22],
    ["a", "", 22],
  ])("does not know %s by %j on port %i", (host, text, port) => {
    expect(keysOf(text, host, port)).toEqual({ accepted: [], revoked: [] });
  });

  it("gives every key of a host, revoked ones apart", () => {
    const text = `a ssh-ed25519 ${KEY}\nb ssh-rsa ${RSA}\na ssh-rsa ${RSA}\n@revoked a ssh-rsa ${RSA}\n`;
    expect(keysOf(text, "a")).toEqual({ accepted: [KEY, RSA], revoked: [RSA] });
  });
});

describe("a key", () => {
  const blob = Buffer.from(KEY, "base64");

  it("has the fingerprint that ssh-keygen -l prints", () => {
    expect(fingerprintOf(blob)).toBe("SHA256:MdE6Et8sP4BK/+bgsX5woxSmUJ2niXx7uZv2n8eDyXc");
  });

  it("names its type", () => {
    expect(keyTypeOf(blob)).toBe("ssh-ed25519");
    expect(keyTypeOf(Buffer.from("abc"))).toBeUndefined();
    expect(keyTypeOf(Buffer.from([0, 0, 1, 0, 65]))).toBeUndefined();
  });

  it("becomes a line that makes its host known", () => {
    expect(knownHostsName("Host", 22)).toBe("host");
    const line = knownHostsLine("Host", 2222, blob);
    expect(line).toBe(`[host]:2222 ssh-ed25519 ${KEY}`);
    expect(keysOf(line, "HOST", 2222).accepted).toEqual([KEY]);
  });
});
