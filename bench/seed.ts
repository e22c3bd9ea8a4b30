import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { Command } from "commander";
import { fillSample } from "../lab/sample-database/index.js";
import { startTestStack } from "../lab/test-stack.js";
import {
  makeTestDirectory,
  removeTestDirectory,
  startTestMysql,
  startTestS3,
  type TestMysql,
  type TestS3,
  testInstallation,
  testPythonTools,
} from "../lab/testing.js";
import { BarePipe } from "./bare-pipe.js";
import { levelConditions } from "./conditions.js";
import { writeReport } from "./report.js";
import { ourBackup, ourRestore, peakResidentMebibytes, type SeedingRun } from "./seeding.js";
import { summarize, timeMilliseconds } from "./statistics.js";

interface Options {
  readonly report?: string;
  readonly mebibytes: number;
  readonly runs: number;
}

const THREADS = 2;
const GTID_ON = { gtid_mode: "ON", enforce_gtid_consistency: "ON" } as const;

interface Place {
  readonly source: TestMysql;
  readonly s3: TestS3;
  readonly directory: string;
}

async function main({ report, mebibytes, runs }: Options): Promise<void> {
  const half = await withPlace("half", mebibytes / 2, (place) => measureMemory(place, "memory"));
  const whole = await withPlace("whole", mebibytes, async (place) => ({
    memory: await measureMemory(place, "memory"),
    seeding: await compareWithBarePipe(place, mebibytes, runs),
  }));
  const figures = {
    storage: "moto, in memory, on the same two processors",
    dataMebibytes: mebibytes,
    ...whole.seeding,
    followerPeakMebibytes: { halfOfTheData: half, allOfTheData: whole.memory, ratio: whole.memory / half },
    pulumi: await timeNoOps(runs),
  };
  await writeReport(figures, report);
}

async function withPlace<T>(name: string, mebibytes: number, work: (place: Place) => Promise<T>): Promise<T> {
  const [source, s3] = await Promise.all([startTestMysql({ name: `bench-${name}`, settings: GTID_ON }), startTestS3()]);
  const directory = await makeTestDirectory(`bench-${name}`);
  try {
    await fillSample(source.socket, { mebibytes }, silent);
    return await work({ source, s3, directory });
  } finally {
    await Promise.all([source.stop(), s3.stop()]);
    await removeTestDirectory(directory);
  }
}

async function requestsFor({ source, s3, directory }: Place, backupId: string) {
  const [{ mysql }, { aws }] = [await testInstallation(), await testPythonTools()];
  const common = {
    storage: s3,
    threads: THREADS,
    tools: { mysql, aws },
    timeoutSeconds: 600,
    stallTimeoutSeconds: 300,
    workDirectory: join(directory, "work"),
  };
  return {
    backup: {
      ...common,
      database: "bench",
      backupId,
      method: "clone" as const,
      source: source.options,
      keyPrefix: "ours",
    },
    restore: {
      ...common,
      manifestKey: `ours/bench/${backupId}/manifest.json`,
      volumeDirectory: join(directory, `volume-${backupId}`),
    },
  };
}

async function measureMemory(place: Place, backupId: string): Promise<number> {
  const requests = await requestsFor(place, backupId);
  return peakResidentMebibytes(async () => {
    await ourBackup(requests.backup);
    await ourRestore(requests.restore, backupId);
  });
}

/**
 * Ours and the bare pipe on the same data, in the order ABBA, so that neither is always the one after the other. The
 * bare one gets the copy of the data for free, but a new one each time: the server writes a clone past the page cache,
 * so a copy that was read before would be read faster.
 */
async function compareWithBarePipe(place: Place, mebibytes: number, runs: number) {
  const pipe = new BarePipe(place.s3, (await testPythonTools()).aws, THREADS);
  // A copy in the page cache, what the store keeps in memory and what it holds twice for a moment, and some room.
  const level = () => levelConditions(mebibytes * 1024 * 1024 * 6);
  const backups: Pair[] = [];
  const restores: Pair[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { backup, restore } = await requestsFor(place, `run-${run}`);
    const bareBackup = async () => {
      const copy = await cloneOf(place, run);
      try {
        return await pipe.backup(copy, `bare/${run}`, bytesIn(copy));
      } finally {
        await rm(copy, { recursive: true });
      }
    };
    const bareRestore = () => pipe.restore(join(place.directory, `bare-${run}`), `bare/${run}`);
    const oursFirst = run % 2 === 0;
    backups.push(await inTurn(oursFirst, level, () => ourBackup(backup), bareBackup));
    restores.push(await inTurn(oursFirst, level, () => ourRestore(restore, `run-${run}`), bareRestore));
  }
  return { backup: compare(backups), restore: compare(restores) };
}

interface Pair {
  readonly ours: SeedingRun;
  /** Seconds. */
  readonly bare: number;
}

async function inTurn(
  oursFirst: boolean,
  level: () => void,
  runOurs: () => Promise<SeedingRun>,
  runBare: () => Promise<number>,
): Promise<Pair> {
  level();
  if (oursFirst) {
    const ours = await runOurs();
    level();
    return { ours, bare: await runBare() };
  }
  const bare = await runBare();
  level();
  return { ours: await runOurs(), bare };
}

function bytesIn(directory: string): number {
  return Number.parseInt(execFileSync("du", ["-sb", directory], { encoding: "utf8" }), 10);
}

async function cloneOf({ source, directory }: Place, run: number): Promise<string> {
  const copy = join(directory, `copy-${run}`);
  await source.rootQuery(
    "INSTALL PLUGIN clone SONAME 'mysql_clone.so'",
    `CLONE LOCAL DATA DIRECTORY = '${copy}'`,
    "UNINSTALL PLUGIN clone",
  );
  return copy;
}

function compare(pairs: readonly Pair[]) {
  return {
    ourStreamSeconds: summarize(pairs.map(({ ours }) => ours.streamSeconds)),
    ourWholeSeconds: summarize(pairs.map(({ ours }) => ours.wholeSeconds)),
    barePipeSeconds: summarize(pairs.map(({ bare }) => bare)),
    /** Our rate by the bare pipe's, pair by pair; the stream alone, without copy, check and publication. */
    streamRateRatio: summarize(pairs.map(({ ours, bare }) => bare / ours.streamSeconds)),
    wholeRateRatio: summarize(pairs.map(({ ours, bare }) => bare / ours.wholeSeconds)),
  };
}

/** No-op runs of the real CLI on a converged stack: with no resource of ours, with one, and with all four. */
async function timeNoOps(runs: number) {
  const stack = await startTestStack("bench");
  const seconds = async (...args: string[]) => {
    const times = await timeMilliseconds(runs, async () => {
      const { exitCode, output } = await stack.pulumi(...args);
      if (exitCode !== 0) throw new Error(output);
    });
    return summarize(times.map((milliseconds) => milliseconds / 1000));
  };
  try {
    const cliSeconds = await seconds("stack");
    await stack.configure("phase", "prepare");
    await stack.up();
    const prepare = { previewSeconds: await seconds("preview"), upSeconds: await seconds("up", "--yes") };
    await stack.configure("phase", "replicate");
    await stack.up();
    const replicate = { previewSeconds: await seconds("preview"), upSeconds: await seconds("up", "--yes") };
    return {
      cliSeconds,
      prepare,
      replicate,
      split: {
        startOfCli: cliSeconds.median,
        startOfProgramAndFirstResource: prepare.previewSeconds.median - cliSeconds.median,
        threeMoreResources: replicate.previewSeconds.median - prepare.previewSeconds.median,
        secondPassOfUp: replicate.upSeconds.median - replicate.previewSeconds.median,
      },
    };
  } finally {
    await stack.stop();
  }
}

new Command("npm run bench:seed --")
  .description("Our backup and restore beside the bare pipe, memory as data doubles, and no-op runs of Pulumi.")
  .option("--report <file>", "write the figures to this file, as JSON")
  .option("--mebibytes <size>", "size of the data", Number, 300)
  .option("--runs <count>", "runs of each", Number, 3)
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
