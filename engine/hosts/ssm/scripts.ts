import { gunzipSync } from "node:zlib";
import { shellQuote } from "../../operation/index.js";
import type { SealedText } from "./sealed-text.js";

/** SSM passes on 24,000 characters of output: these bytes in base64, with room for the first line. */
const PIECE_BYTES = 16_500;
const STDERR_TAIL_BYTES = 3000;

/** Makes the folder of a session with a key pair, and prints the public key. */
export function openSessionScript(session: string): string {
  return [
    "umask 077",
    `mkdir -p -- ${shellQuote(session)} && cd -- ${shellQuote(session)} || exit`,
    "command -v openssl >/dev/null || { echo 'openssl is not there' >&2; exit 1; }",
    "[ -e key ] || { openssl genrsa -out key.new 3072 2>/dev/null && mv key.new key; } || exit",
    "openssl rsa -in key -pubout 2>/dev/null",
  ].join("\n");
}

export function closeSessionScript(session: string): string {
  return `rm -rf -- ${shellQuote(session)}`;
}

/**
 * Runs a script, with its output kept in files, and prints the first piece of that. Delivered twice it runs once: what
 * comes later waits for the first. `run` is a name that was never used in this session.
 */
export function executeScript(session: string, run: string, script: string, stdin: SealedText | undefined): string {
  return [
    "umask 077",
    `mkdir -p -- ${shellQuote(session)} && cd -- ${shellQuote(session)} || exit`,
    // A job may be followed for days.
    "find . -maxdepth 1 -name 'run-*' -mmin +1440 -exec rm -rf {} +",
    `if mkdir ${run} 2>/dev/null; then`,
    `  cd ${run} || exit`,
    ...(stdin === undefined ? ["  : >stdin"] : openStdin(stdin)),
    `  sh -c ${shellQuote(script)} <stdin >stdout 2>stderr`,
    "  code=$?",
    "  rm -f stdin password sealed",
    "  gzip stdout",
    '  echo "$code $(wc -c <stdout.gz)" >ended',
    "else",
    `  cd ${run} || exit`,
    "  until [ -e ended ]; do sleep 0.2; done",
    "fi",
    "cat ended",
    `head -c ${PIECE_BYTES - STDERR_TAIL_BYTES} stdout.gz | base64 | tr -d '\\n'`,
    "echo",
    `tail -c ${STDERR_TAIL_BYTES} stderr | base64 | tr -d '\\n'`,
    "echo",
  ].join("\n");
}

function openStdin({ password, text }: SealedText): readonly string[] {
  const oaep = "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256";
  return [
    `  echo ${password} | base64 -d | openssl pkeyutl -decrypt -inkey ../key ${oaep} >password || exit`,
    `  echo ${text} | base64 -d >sealed || exit`,
    // Newer versions warn about the derivation of the key from the password, which is random here.
    "  openssl enc -d -aes-256-cbc -md sha256 -pass file:password -in sealed -out stdin.gz 2>/dev/null || exit",
    "  gzip -dc stdin.gz >stdin || exit",
    "  rm -f stdin.gz",
  ];
}

/** Prints the next piece of the output of a run. */
export function pieceScript(session: string, run: string, offset: number): string {
  const file = shellQuote(`${session}/${run}/stdout.gz`);
  return `tail -c +${offset + 1} ${file} | head -c ${PIECE_BYTES} | base64 | tr -d '\\n'`;
}

/** Removes what a run printed; its folder stays, so that it is never run again. */
export function forgetScript(session: string, run: string): string {
  return `cd -- ${shellQuote(`${session}/${run}`)} && rm -f stdout.gz stderr`;
}

/** What the script of `executeScript` prints. */
export interface RunReport {
  readonly exitCode: number;
  /** Of the whole compressed output. */
  readonly compressedBytes: number;
  readonly firstPiece: Buffer;
  readonly stderr: string;
}

/** Undefined when the text is none. */
export function parseRunReport(text: string): RunReport | undefined {
  const [first = "", stdout = "", stderr = ""] = text.split("\n");
  const found = /^(\d+) (\d+)$/.exec(first.trim());
  if (found === null) return undefined;
  return {
    exitCode: Number(found[1]),
    compressedBytes: Number(found[2]),
    firstPiece: Buffer.from(stdout, "base64"),
    stderr: Buffer.from(stderr, "base64").toString("utf8"),
  };
}

export function decompress(pieces: readonly Buffer[]): string {
  return gunzipSync(Buffer.concat(pieces)).toString("utf8");
}
