import { constants, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sealText } from "../../../../../engine/hosts/ssm/sealed-text.js";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

describe("sealText", () => {
  it("gives the password to the holder of the key only, and another one each time", () => {
    const [one, two] = [sealText("text", publicKey), sealText("text", publicKey)];
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    const passwords = [one, two].map(({ password }) =>
      privateDecrypt({ key: privateKey, ...padding }, Buffer.from(password, "base64")).toString(),
    );
    expect(passwords).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(passwords[0]).not.toBe(passwords[1]);
    expect(one.text).not.toBe(two.text);
  });

  it("has OpenSSL's header", () => {
    const { text } = sealText("text", publicKey);
    expect(Buffer.from(text, "base64").subarray(0, 8).toString()).toBe("Salted__");
  });
});
