import { execFileSync } from "node:child_process";
import { freemem } from "node:os";

const CHUNK_BYTES = 256 * 1024 * 1024;

/**
 * Gives the next run the conditions that each run gets: nothing of the run before is still to be written, and memory
 * for `bytes` costs what it costs everyone. A virtual machine gives freed memory back to its host within seconds, and
 * the first touch of it afterwards takes several times as long, which a run pays by what was freed before it and when.
 */
export function levelConditions(bytes: number): void {
  execFileSync("sync");
  const chunks = Math.floor(Math.min(bytes, freemem() / 2) / CHUNK_BYTES);
  // In a process of its own, so that all of it is free again at the end.
  const touch = "Array.from({ length: Number(process.argv[1]) }, () => Buffer.alloc(Number(process.argv[2]), 1))";
  execFileSync(process.execPath, ["-e", touch, String(chunks), String(CHUNK_BYTES)]);
}
