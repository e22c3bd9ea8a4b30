import { messageOf } from "@gtid-ferry/engine/operation";
import { planCase } from "../plan-case.js";
import { addUp, describeFailure, type Outcome, type Totals } from "../totals.js";
import type { Arenas } from "./arenas.js";
import { type CaseResult, endCase, runCase } from "./run-case.js";

const PROGRESS_CASES = 25;

/** Runs cases of a seed one after the other. */
export async function runCases(
  arenas: Arenas,
  seed: string,
  numbers: readonly number[],
  progress: (line: string) => void,
): Promise<Totals> {
  const startedAt = performance.now();
  const outcomes: Outcome[] = [];
  const totals = () => addUp(seed, outcomes, (performance.now() - startedAt) / 1000);
  for (const number of numbers) {
    const outcome = await runOne(arenas, seed, number);
    outcomes.push(outcome);
    const { failures } = addUp(seed, [outcome], 0);
    for (const line of failures.flatMap(describeFailure)) progress(line);
    if (outcomes.length % PROGRESS_CASES === 0) {
      const { missed, false: wrong, errors, seconds } = totals();
      progress(
        `${outcomes.length} of ${numbers.length}: ${missed} missed, ${wrong} false, ${errors} errors, ${seconds.toFixed(0)} s`,
      );
    }
  }
  return totals();
}

/** A pair that could not be made as it was before is not used again. */
async function runOne(arenas: Arenas, seed: string, number: number): Promise<Outcome> {
  const arena = await arenas.next();
  const plan = planCase(seed, number);
  const errors: string[] = [];
  let result: CaseResult | undefined;
  try {
    result = await runCase(arena, plan);
  } catch (error) {
    errors.push(messageOf(error));
  }
  try {
    await endCase(arena, plan, errors.length === 0);
  } catch (error) {
    errors.push(messageOf(error));
    await arenas.stop();
  }
  return {
    number,
    ...(result === undefined ? {} : { result }),
    ...(errors.length === 0 ? {} : { error: errors.join("\n") }),
  };
}
