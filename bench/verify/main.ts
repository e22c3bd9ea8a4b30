import { cpus } from "node:os";
import { messageOf } from "@gtid-ferry/engine/operation";
import { Command } from "commander";
import { makeTestDirectory, removeTestDirectory, testInstallation } from "../../lab/testing.js";
import { ensurePerconaToolkit } from "../../toolchain/percona-toolkit.js";
import { writeReport } from "../report.js";
import { Bench } from "./bench.js";
import { bareScan, type Contestant, ours, perconaToolkit } from "./contestants.js";
import { type ContestantRound, compareVerifiers, type LoadedTurn, loadFigures, verifierFigures } from "./figures.js";
import type { LoadOptions } from "./load.js";
import { preparePlace } from "./place.js";
import { measureSmallTables } from "./small-tables.js";
import { figuresTable } from "./table.js";

interface Options extends LoadOptions {
  readonly mebibytes: number;
  readonly rounds: number;
  readonly turnSeconds: number;
  readonly smallTables: number;
  readonly report?: string;
}

const NAMES = ["oneAfterTheOther", "simultaneous", "perconaToolkit", "bareScan"] as const;
type Name = (typeof NAMES)[number];

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function main({ mebibytes, rounds, turnSeconds, smallTables, report, ...load }: Options): Promise<void> {
  const [{ tableChecksum, version }, mysql] = [await ensurePerconaToolkit(progress), await testInstallation()];
  const directory = await makeTestDirectory("bench-verify-runs");
  const place = await preparePlace(mebibytes, progress);
  try {
    const contestants: Readonly<Record<Name, Contestant>> = {
      oneAfterTheOther: ours(place, false),
      simultaneous: ours(place, true),
      perconaToolkit: await perconaToolkit(tableChecksum, place, directory),
      bareScan: bareScan(place),
    };
    const bench = new Bench(place, load, directory, turnSeconds);
    // Pages that are not in memory yet would count against whoever comes first.
    await contestants.bareScan();
    const baselines: LoadedTurn[] = [];
    const results: Record<Name, ContestantRound[]> = {
      oneAfterTheOther: [],
      simultaneous: [],
      perconaToolkit: [],
      bareScan: [],
    };
    for (let round = 0; round < rounds; round += 1) {
      baselines.push(await bench.baseline());
      // There, and back in the next round: none is always the one after another.
      for (const name of round % 2 === 0 ? NAMES : [...NAMES].reverse()) {
        results[name].push(await bench.round(contestants[name]));
      }
      progress(`${round + 1} of ${rounds} rounds`);
    }
    baselines.push(await bench.baseline());
    const figures = {
      oneAfterTheOther: verifierFigures(results.oneAfterTheOther),
      simultaneous: verifierFigures(results.simultaneous),
      perconaToolkit: verifierFigures(results.perconaToolkit),
      bareScan: verifierFigures(results.bareScan),
    };
    const baseline = loadFigures(baselines);
    const { tablesLeftOut } = place;
    await writeReport(
      {
        ...{ mebibytes, rounds, turnSeconds, ...load, processors: cpus().length },
        ...{ mysql: mysql.version, perconaToolkitVersion: version, tablesLeftOut, baseline, ...figures },
        oneAfterTheOtherByPerconaToolkit: compareVerifiers(figures.oneAfterTheOther, figures.perconaToolkit),
        simultaneousByPerconaToolkit: compareVerifiers(figures.simultaneous, figures.perconaToolkit),
        oneAfterTheOtherByBareScan: compareVerifiers(figures.oneAfterTheOther, figures.bareScan),
        smallTables: smallTables === 0 ? undefined : await measureSmallTables(smallTables),
      },
      report,
    );
    const verifiers = new Map([
      ["gtid-ferry, one server after the other", figures.oneAfterTheOther],
      ["gtid-ferry, both at once", figures.simultaneous],
      [`pt-table-checksum ${version}`, figures.perconaToolkit],
      ["one bare scan with the same hash", figures.bareScan],
    ]);
    progress(`\n${figuresTable(baseline, verifiers)}`);
    const differences = [...verifiers].flatMap(([name, found]) => found.differences.map((line) => `${name}: ${line}`));
    if (differences.length === 0) return;
    progress(`There is no difference, but these were reported:\n${differences.join("\n")}`);
    process.exitCode = 1;
  } finally {
    await place.pair.stop();
    await removeTestDirectory(directory);
  }
}

const count = (text: string) => Number.parseInt(text, 10);

new Command("npm run bench:verify --")
  .description(
    "Our verification beside pt-table-checksum and a bare scan, on the same data, quiet and under write load.",
  )
  .option("--mebibytes <size>", "size of the data", count, 300)
  .option("--rounds <count>", "rounds", count, 2)
  .option("--turn-seconds <count>", "time of a turn under load; longer than one verification", count, 20)
  .option("--small-tables <count>", "tables for the cost of a small one; 0 for none", count, 1_000)
  .option("--connections <count>", "connections that write", count, 8)
  .option("--rate-per-second <count>", "transactions of all connections together", count, 100)
  .option("--report <file>", "write the figures to this file, as JSON")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    progress(messageOf(error));
    process.exitCode = 1;
  });
