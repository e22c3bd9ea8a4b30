import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * `.mylogin.cnf` (mysql-server client/mysql_config_editor.cc, mysys/my_default.cc): four bytes, a key of 20 bytes, then
 * for each line its length and its text under AES-128-ECB by the key folded to 16 bytes.
 */
const HEADER_BYTES = 4;
const KEY_BYTES = 20;
const AES_BYTES = 16;

/** The bytes of a login file with these lines, as `mysql_config_editor set` makes it. */
export function encodeLoginFile(lines: readonly string[]): Buffer {
  const key = randomBytes(KEY_BYTES).map((byte) => byte % 32);
  const parts = lines.map((line) => {
    const cipher = createCipheriv("aes-128-ecb", folded(key), null);
    const text = Buffer.concat([cipher.update(`${line}\n`), cipher.final()]);
    const length = Buffer.alloc(4);
    length.writeInt32LE(text.length);
    return Buffer.concat([length, text]);
  });
  return Buffer.concat([Buffer.alloc(HEADER_BYTES), key, ...parts]);
}

export function decodeLoginFile(content: Buffer): string {
  const key = folded(content.subarray(HEADER_BYTES, HEADER_BYTES + KEY_BYTES));
  const lines: string[] = [];
  for (let at = HEADER_BYTES + KEY_BYTES; at + 4 <= content.length; ) {
    const length = content.readInt32LE(at);
    const cipher = createDecipheriv("aes-128-ecb", key, null);
    lines.push(
      Buffer.concat([cipher.update(content.subarray(at + 4, at + 4 + length)), cipher.final()]).toString("utf8"),
    );
    at += 4 + length;
  }
  return lines.join("");
}

function folded(key: Uint8Array): Buffer {
  const result = Buffer.alloc(AES_BYTES);
  key.forEach((byte, at) => {
    result[at % AES_BYTES] = (result[at % AES_BYTES] ?? 0) ^ byte;
  });
  return result;
}
