import { expect, test } from "vitest";
import { fillPlan, numbersBetween } from "../../../../lab/sample-database/fill-plan.js";
import { TABLES } from "../../../../lab/sample-database/tables.js";

const steps = (mebibytes: number, seed = 1) => fillPlan(mebibytes, seed).flat();
const statements = (mebibytes: number, seed: number) => steps(mebibytes, seed).map((step) => step.insert("WITH x"));

test("the same seed makes the same statements, another one others", () => {
  expect(statements(10, 1)).toEqual(statements(10, 1));
  expect(statements(10, 1)).not.toEqual(statements(10, 2));
});

test("nothing depends on chance or on the time of day", () => {
  expect(statements(10, 1).join("\n")).not.toMatch(/\b(RAND|UUID|RANDOM_BYTES|NOW|CURRENT_\w+|MD5)\s*\(/i);
});

test("rows grow with the size", () => {
  const rows = (mebibytes: number) => steps(mebibytes).find((step) => step.table === "documents")?.rows ?? 0;
  expect(rows(200)).toBe(2 * rows(100));
});

test("every table gets rows, but for the ledger that only the workload writes", () => {
  const filled = new Set(steps(1).map((step) => step.table));
  const empty = TABLES.map((sql) => /CREATE TABLE shop\.(\w+)/.exec(sql)?.[1] ?? sql).filter(
    (name) => !filled.has(name),
  );
  expect(empty).toEqual(["ledger"]);
});

test("numbers are a recursive common table expression", () => {
  expect(numbersBetween(3, 9)).toBe(
    "WITH RECURSIVE numbers (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9)",
  );
});
