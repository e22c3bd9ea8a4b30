import { cpus } from "node:os";
import { messageOf } from "@gtid-ferry/engine/operation";
import { Command } from "commander";
import { makeTestDirectory, removeTestDirectory, testInstallation } from "../../lab/testing.js";
import { ensurePerconaToolkit } from "../../toolchain/percona-toolkit.js";
import { writeReport } from "../report.js";
import { Bench } from "./bench.js";
import { ours, perconaToolkit } from "./contestants.js";
import { type ContestantRound, compareVerifiers, loadFigures, verifierFigures } from "./figures.js";
import type { Load, LoadOptions } from "./load.js";
import { preparePlace } from "./place.js";
import { figuresTable } from "./table.js";

interface Options extends LoadOptions {
  readonly mebibytes: number;
  readonly rounds: number;
  readonly turnSeconds: number;
  readonly concurrency: number;
  readonly report?: string;
}

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function main({ mebibytes, rounds, turnSeconds, concurrency, report, ...load }: Options): Promise<void> {
  const [{ tableChecksum, version }, mysql] = [await ensurePerconaToolkit(progress), await testInstallation()];
  const directory = await makeTestDirectory("bench-verify-runs");
  const place = await preparePlace(mebibytes, progress);
  try {
    const contestants = {
      ours: ours(place, concurrency),
      perconaToolkit: await perconaToolkit(tableChecksum, place, directory),
    };
    const bench = new Bench(place, load, directory, turnSeconds);
    const baselines: Load[] = [];
    const results: Record<"ours" | "perconaToolkit", ContestantRound[]> = { ours: [], perconaToolkit: [] };
    for (let round = 0; round < rounds; round += 1) {
      baselines.push(await bench.baseline());
      // A B, then B A: neither is always the one after the other.
      const order = round % 2 === 0 ? (["ours", "perconaToolkit"] as const) : (["perconaToolkit", "ours"] as const);
      for (const name of order) results[name].push(await bench.round(contestants[name]));
      progress(`${round + 1} of ${rounds} rounds`);
    }
    baselines.push(await bench.baseline());
    const figures = {
      baseline: loadFigures(baselines),
      ours: verifierFigures(results.ours, baselines),
      perconaToolkit: verifierFigures(results.perconaToolkit, baselines),
    };
    const { tablesLeftOut } = place;
    await writeReport(
      {
        ...{ mebibytes, rounds, turnSeconds, concurrency, ...load, processors: cpus().length },
        ...{ mysql: mysql.version, perconaToolkitVersion: version, tablesLeftOut },
        ...figures,
        oursByPerconaToolkit: compareVerifiers(figures.ours, figures.perconaToolkit),
      },
      report,
    );
    const verifiers = new Map([
      ["ours", figures.ours],
      [`pt-table-checksum ${version}`, figures.perconaToolkit],
    ]);
    progress(`\n${figuresTable(figures.baseline, verifiers)}`);
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
  .description("Our verification beside pt-table-checksum, on the same data and while an application writes.")
  .option("--mebibytes <size>", "size of the data", count, 300)
  .option("--rounds <count>", "rounds, each with two turns of each", count, 2)
  .option("--turn-seconds <count>", "time of a turn; longer than one verification", count, 20)
  .option("--concurrency <count>", "chunks that ours compares at the same time: 1 reads the servers in turn", count, 1)
  .option("--connections <count>", "connections that write", count, 8)
  .option("--rate-per-second <count>", "transactions of all connections together", count, 100)
  .option("--report <file>", "write the figures to this file, as JSON")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    progress(messageOf(error));
    process.exitCode = 1;
  });
