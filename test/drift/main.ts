import { writeFile } from "node:fs/promises";
import { messageOf } from "@gtid-ferry/engine/operation";
import { Command, InvalidArgumentError } from "commander";
import { Arenas } from "./run/arenas.js";
import { runCases } from "./run/run-cases.js";
import { describeTotals } from "./totals.js";

interface Options {
  readonly cases: number;
  readonly seed: string;
  readonly first: number;
  readonly case?: number;
  readonly report?: string;
}

async function main({ cases, seed, first, case: only, report }: Options): Promise<void> {
  const numbers = only === undefined ? Array.from({ length: cases }, (_, index) => first + index) : [only];
  const arenas = new Arenas();
  const totals = await runCases(arenas, seed, numbers, (line) => console.log(line)).finally(() => arenas.stop());
  for (const line of describeTotals(totals)) console.log(line);
  if (report !== undefined) await writeFile(report, `${JSON.stringify(totals, undefined, 2)}\n`);
  if (totals.failures.length > 0) process.exitCode = 1;
}

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a whole number from 1 on is needed");
  return Number(text);
}

new Command("npm run test:drift --")
  .description(
    "Changes one of two equal servers at random, and sees whether the comparison finds that and nothing else.",
  )
  .option("--cases <count>", "how many cases", count, 100)
  .option("--seed <text>", "cases follow from it", "1")
  .option("--first <number>", "the number of the first one", count, 1)
  .option("--case <number>", "only this one", count)
  .option("--report <file>", "write the figures and every failure to this file, as JSON")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
