import { constants, createCipheriv, createHash, publicEncrypt, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";

/**
 * A text that only the holder of a private key can read. Commands stay readable in AWS for a month, so what they hold
 * must not be a secret.
 */
export interface SealedText {
  /** A random password, encrypted by RSA-OAEP with SHA-256; base64. */
  readonly password: string;
  /** The compressed text as `openssl enc -aes-256-cbc -md sha256` writes it; base64. */
  readonly text: string;
}

/** `publicKey` in PEM. Every OpenSSL since 1.0.2 can open it. */
export function sealText(text: string, publicKey: string): SealedText {
  const password = Buffer.from(randomBytes(32).toString("hex"));
  const salt = randomBytes(8);
  const { key, iv } = deriveKey(password, salt);
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const body = Buffer.concat([cipher.update(gzipSync(text)), cipher.final()]);
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  return {
    password: publicEncrypt({ key: publicKey, ...padding }, password).toString("base64"),
    text: Buffer.concat([Buffer.from("Salted__"), salt, body]).toString("base64"),
  };
}

/** OpenSSL's EVP_BytesToKey with one round, which is enough for a password of 256 random bits. */
function deriveKey(password: Buffer, salt: Buffer): { readonly key: Buffer; readonly iv: Buffer } {
  const key = digest(password, salt);
  return { key, iv: digest(key, password, salt).subarray(0, 16) };
}

function digest(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
