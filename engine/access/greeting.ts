/** What the first bytes of a connection say about who listens there. */
export type Greeting =
  | { readonly kind: "mysql"; readonly version: string }
  /** MySQL that refuses before any login, by an error code of the server. */
  | { readonly kind: "refusal"; readonly code: number; readonly message: string }
  | { readonly kind: "other"; readonly text: string };

const HEADER_BYTES = 4;
const PROTOCOL_VERSION = 10;
const ERROR_MARK = 0xff;

/** Reads the first packet of MySQL's protocol: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
export function readGreeting(bytes: Buffer): Greeting {
  const payload = bytes.subarray(HEADER_BYTES);
  const isFirstPacket = bytes.length > HEADER_BYTES && bytes[3] === 0 && bytes.readUIntLE(0, 3) === payload.length;
  if (isFirstPacket && payload[0] === PROTOCOL_VERSION) {
    const end = payload.indexOf(0, 1);
    if (end > 1) return { kind: "mysql", version: payload.toString("latin1", 1, end) };
  }
  if (isFirstPacket && payload[0] === ERROR_MARK && payload.length > 3) {
    return { kind: "refusal", code: payload.readUInt16LE(1), message: printable(payload.subarray(3)) };
  }
  return { kind: "other", text: printable(bytes) };
}

function printable(bytes: Buffer): string {
  return bytes
    .subarray(0, 80)
    .toString("latin1")
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .trim();
}
