import { describe, expect, it } from "vitest";
import { TAKEN } from "./taken.js";

/** What a call of a double came to. */
export interface Outcome {
  readonly exitCode: number;
  /** All that it wrote. */
  readonly output: string;
}

export interface WrongCall {
  /** What is wrong about it, in a few words. */
  readonly call: string;
  run(): Promise<Outcome> | Outcome;
  readonly exitCode: number;
  /** Part of what it says. */
  readonly says: string | RegExp;
}

/** One thing that the real counterpart insists on. */
export interface Rule {
  readonly rule: string;
  /** Where it was read: file of the counterpart's source, its manual, or `measured` with the release. */
  readonly source: string;
  readonly wrong: readonly WrongCall[];
}

/** What a double has to refuse, and what it has to take: one that refuses everything proves nothing. */
export interface Contract {
  readonly double: string;
  readonly rules: readonly Rule[];
  readonly right: readonly RightCall[];
}

export interface RightCall {
  readonly call: string;
  run(): Promise<Outcome> | Outcome;
  /** Part of what it says. */
  readonly says?: string;
}

/** Declares the tests of one double: the double, the rule, the wrong call. test/contracts/run.ts counts them by these names. */
export function testContract({ double, rules, right }: Contract): void {
  describe(double, () => {
    for (const { rule, source, wrong } of rules) {
      describe(`${rule} [${source}]`, () => {
        it.each([...wrong])("refuses $call", async ({ run, exitCode, says }) => {
          const outcome = await run();
          expect(outcome.output).toMatch(says);
          expect(outcome.exitCode).toBe(exitCode);
        });
      });
    }
    describe(TAKEN, () => {
      it.each([...right])("$call", async ({ run, says = "" }) => {
        const { exitCode, output } = await run();
        expect(exitCode, output).toBe(0);
        expect(output).toContain(says);
      });
    });
  });
}
