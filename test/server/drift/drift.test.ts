import { randomBytes } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { Arenas } from "../../drift/run/arenas.js";
import { runCases } from "../../drift/run/run-cases.js";
import { describeTotals } from "../../drift/totals.js";
import { COLLATIONS } from "../../drift/types/index.js";

/** Every server has it, and no column of text. */
const BINARY = "binary";
const TIMEOUT_MILLISECONDS = 600_000;

const arenas = new Arenas();
afterAll(() => arenas.stop());

describe("a server that was changed at random", () => {
  it.each([
    { seed: "continuous integration", cases: 15 },
    // The seed is printed: `npm run test:drift -- --seed SEED --case K` repeats a case.
    { seed: randomBytes(4).toString("hex"), cases: 10 },
  ])(
    "is found to differ in that alone ($cases cases of seed $seed)",
    async ({ seed, cases }) => {
      const numbers = Array.from({ length: cases }, (_, index) => index + 1);
      const totals = await runCases(arenas, seed, numbers, () => undefined);
      console.log(describeTotals(totals).join("\n"));
      expect(totals.failures).toEqual([]);
    },
    TIMEOUT_MILLISECONDS,
  );
});

describe("random columns", () => {
  it("have every collation of the server", async () => {
    const { primary } = await arenas.next();
    const rows = await primary.run("SELECT COLLATION_NAME AS name FROM information_schema.COLLATIONS");
    expect([...COLLATIONS, BINARY].sort()).toEqual(rows.map(({ name }) => String(name)).sort());
  });
});
