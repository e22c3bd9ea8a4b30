import { cpus } from "node:os";
import { FAILOVER_STEPS } from "@gtid-ferry/engine/failover";
import { Command } from "commander";
import { writeReport } from "../report.js";
import { quantiles } from "../statistics.js";
import { type Load, type Round, Track } from "./track.js";

interface Options extends Load {
  readonly rounds: number;
  readonly report?: string;
}

async function main({ rounds, report, ...load }: Options): Promise<void> {
  const track = await Track.start(load);
  try {
    const done: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      done.push(await track.round());
      process.stderr.write(`${round} of ${rounds} rounds\n`);
    }
    const writes = await track.finish();
    const reports = await track.reports();
    const secondsOf = (wanted: string) =>
      reports.flatMap(({ steps }) =>
        steps.filter(({ step }) => step === wanted).map(({ milliseconds }) => milliseconds / 1000),
      );
    await writeReport(
      {
        rounds,
        ...load,
        processors: cpus().length,
        failovers: reports.length,
        writes,
        mostWritableServers: track.mostWritable,
        repairedFormerPrimaries: done.filter(({ diverged }) => diverged).length,
        killToWritableSeconds: quantiles(done.map(({ pauseSeconds }) => pauseSeconds)),
        stepSeconds: Object.fromEntries(FAILOVER_STEPS.map((step) => [step, quantiles(secondsOf(step))])),
      },
      report,
    );
  } catch (error) {
    process.stderr.write(`${track.lastLines.join("\n")}\n`);
    throw error;
  } finally {
    await track.stop();
  }
}

const number = (text: string) => Number.parseFloat(text);

new Command("npm run bench:failover --")
  .description("Kills the primary of four servers at random moments, and times how long clients cannot write.")
  .option("--rounds <count>", "primaries killed", number, 50)
  .option("--connections <count>", "connections that write", number, 4)
  .option("--think-milliseconds <count>", "rest of each connection after each write", number, 10)
  .option("--confirm-seconds <seconds>", "for how long a primary must be away", number, 3)
  .option("--interval-seconds <seconds>", "between two looks of the watch", number, 1)
  .option("--report <file>", "write the figures to this file, as JSON")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
