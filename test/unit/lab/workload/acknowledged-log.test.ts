import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AcknowledgedLog, logBytes, readOutcomes } from "../../../../lab/workload/acknowledged-log.js";
import { formatEntry, parseEntry } from "../../../../lab/workload/entry.js";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ferry-log-"));
  path = join(directory, "acknowledged.log");
});
afterEach(() => rmSync(directory, { recursive: true }));

const entry = (worker: number, sequence: number) => formatEntry({ run: "r1", worker, sequence });
const read = async () => {
  const found = [];
  for await (const { entry, outcome } of readOutcomes(path, await logBytes(path))) found.push(`${entry} ${outcome}`);
  return found;
};

test("an entry is text of fixed width and comes back from it", () => {
  expect(entry(3, 17)).toBe("r1-0003-000000000017");
  expect(parseEntry(entry(3, 17))).toEqual({ run: "r1", worker: 3, sequence: 17 });
  expect(() => parseEntry("r1-3-17")).toThrow("not an entry");
});

test("outcomes of several workers are told apart; a COMMIT without an answer is unknown", async () => {
  const log = AcknowledgedLog.open(path);
  log.committing(entry(0, 1));
  log.committing(entry(1, 1));
  log.acknowledged(entry(1, 1));
  log.refused(entry(0, 1));
  log.committing(entry(0, 2));
  log.committing(entry(0, 3));
  log.acknowledged(entry(0, 3));
  log.committing(entry(1, 2));
  log.close();
  expect(await read()).toEqual([
    `${entry(1, 1)} acknowledged`,
    `${entry(0, 1)} refused`,
    `${entry(0, 2)} unknown`,
    `${entry(0, 3)} acknowledged`,
    `${entry(1, 2)} unknown`,
  ]);
});

test("a log that nobody wrote to has no outcomes", async () => {
  AcknowledgedLog.open(path).close();
  expect(await read()).toEqual([]);
});

test("only what was there at the beginning is read", async () => {
  writeFileSync(path, `?${entry(0, 1)}\n+${entry(0, 1)}\n`);
  const outcomes = readOutcomes(path, await logBytes(path));
  expect((await outcomes.next()).value).toEqual({ entry: entry(0, 1), outcome: "acknowledged" });
  appendFileSync(path, `?${entry(0, 2)}\n`);
  expect((await outcomes.next()).done).toBe(true);
});

test("an outcome without its COMMIT means a damaged log", async () => {
  writeFileSync(path, `+${entry(0, 1)}\n`);
  await expect(read()).rejects.toThrow("an outcome without its COMMIT");
});
