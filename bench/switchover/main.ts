import { cpus } from "node:os";
import { Command } from "commander";
import { writeReport } from "../report.js";
import { ours, Terminals } from "./contestants.js";
import { type Load, Results, Track } from "./track.js";

interface Options extends Load {
  readonly rounds: number;
  readonly report?: string;
  readonly alone: boolean;
}

/** Each contestant has its turn this often, so that all meet the machine's good and bad times. */
const ROUNDS_PER_TURN = 10;

/**
 * Each contestant has a pair of servers of its own, so that none finds what another one has left, and only the pair that
 * has its turn is written to.
 */
async function main({ rounds, report, alone, ...load }: Options): Promise<void> {
  const names = alone ? (["ours"] as const) : (["ours", "byHand", "floor"] as const);
  const contestants = [];
  try {
    for (const name of names) contestants.push(await enter(name, load));
    for (let done = 0; done < rounds; done += ROUNDS_PER_TURN) {
      const turn = Math.min(ROUNDS_PER_TURN, rounds - done);
      for (const { track, contestant, results } of contestants) await track.run(contestant, turn, results);
      process.stderr.write(`${done + turn} of ${rounds} rounds\n`);
    }
  } finally {
    for (const { track, terminals } of contestants) {
      await terminals.close();
      await track.pair.stop();
    }
  }
  const summaries = contestants.map(({ name, results }) => [name, results.summary()] as const);
  const figures = { rounds, ...load, processors: cpus().length, ...Object.fromEntries(summaries) };
  await writeReport({ ...figures, ...compare(new Map(summaries)) }, report);
}

async function enter(name: "ours" | "byHand" | "floor", load: Load) {
  const track = await Track.start(`bench-${name}`, load);
  const terminals = await Terminals.open(track.pair);
  const contestant = name === "ours" ? ours(track.pair) : terminals[name];
  return { name, track, terminals, contestant, results: new Results() };
}

function compare(summaries: ReadonlyMap<string, ReturnType<Results["summary"]>>) {
  const own = summaries.get("ours")?.serverPauseMilliseconds;
  const least = summaries.get("floor")?.serverPauseMilliseconds;
  if (own === undefined || least === undefined) return {};
  return { oursByFloor: { p50: own.p50 / least.p50, p95: own.p95 / least.p95 } };
}

const count = (text: string) => Number.parseInt(text, 10);

new Command("npm run bench:switchover --")
  .description("Times the write pause of switchovers, beside a runbook's and beside the least that is possible.")
  .option("--rounds <count>", "switchovers of each contestant", count, 50)
  .option("--connections <count>", "connections that write", count, 16)
  .option("--think-milliseconds <count>", "rest of each connection after each write", count, 10)
  .option("--alone", "only ours, for a long run", false)
  .option("--report <file>", "write the figures to this file, as JSON")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
