import { FerryError, formatBytes, type Progress } from "@gtid-ferry/engine/operation";
import type { Connection } from "mysql2/promise";
import { SAMPLE_MEBIBYTES } from "../defaults.js";
import { connectAsRoot } from "../mysqld/index.js";
import { type FillStep, fillPlan, numbersBetween } from "./fill-plan.js";
import { PROGRAMS } from "./programs.js";
import { readSample, type Sample, sampleBytes } from "./sample.js";
import { TABLES } from "./tables.js";

export interface SampleOptions {
  /** Data files of the schema, roughly. @default any size that is there, else SAMPLE_MEBIBYTES */
  readonly mebibytes?: number;
  /** The same seed makes the same rows. @default 1 */
  readonly seed?: number;
}

/**
 * Makes schema `shop` with its data through the server's socket, or finds it complete. A complete one of another size
 * or seed is an error, because dropping it may be somebody's loss; an incomplete one is made again.
 */
export async function fillSample(socket: string, options: SampleOptions, progress: Progress): Promise<Sample> {
  const found = await readSample(socket);
  if (found !== undefined) {
    requireSame(socket, found, options);
    return found;
  }
  const sample = { mebibytes: options.mebibytes ?? SAMPLE_MEBIBYTES, seed: options.seed ?? 1 };
  const start = Date.now();
  progress(`sample database: filling schema shop with about ${sample.mebibytes} MiB`);
  await withSession(socket, async (session) => {
    await session.query("DROP SCHEMA IF EXISTS shop");
    await session.query("CREATE SCHEMA shop DEFAULT CHARACTER SET utf8mb4");
    for (const table of TABLES) await session.query(table);
  });
  await Promise.all(
    fillPlan(sample.mebibytes, sample.seed).map((steps) =>
      withSession(socket, async (session) => {
        // A common table expression needs a default schema, though it is in none.
        await session.query("USE shop");
        for (const step of steps) await fillTable(session, step, progress);
      }),
    ),
  );
  await withSession(socket, async (session) => {
    for (const program of PROGRAMS) await session.query(program);
    await session.query("CREATE TABLE shop.sample (seed INT NOT NULL PRIMARY KEY, mebibytes INT NOT NULL)");
    await session.query("INSERT INTO shop.sample VALUES (?, ?)", [sample.seed, sample.mebibytes]);
  });
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  progress(`sample database: ${formatBytes(await sampleBytes(socket))} in ${seconds} s`);
  return sample;
}

function requireSame(socket: string, found: Sample, { mebibytes, seed }: SampleOptions): void {
  const isSame = found.mebibytes === (mebibytes ?? found.mebibytes) && found.seed === (seed ?? found.seed);
  if (isSame) return;
  throw new FerryError({
    failed: "filling the sample database",
    where: socket,
    seen: `schema shop is there with ${found.mebibytes} MiB, seed ${found.seed}`,
    wanted: `${mebibytes ?? found.mebibytes} MiB, seed ${seed ?? found.seed}`,
    next: "use it as it is, or remove the lab's data first (npm run lab -- down --remove-data)",
  });
}

async function fillTable(session: Connection, step: FillStep, progress: Progress): Promise<void> {
  const start = Date.now();
  let told = start;
  for (let first = 1; first <= step.rows; first += step.rowsPerTransaction) {
    const last = Math.min(step.rows, first + step.rowsPerTransaction - 1);
    await session.query(step.insert(numbersBetween(first, last)));
    if (Date.now() - told > 3000) {
      told = Date.now();
      progress(`sample database: ${step.table} ${Math.floor((100 * last) / step.rows)} %`);
    }
  }
  progress(`sample database: ${step.table} done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

async function withSession(socket: string, work: (session: Connection) => Promise<void>): Promise<void> {
  const session = await connectAsRoot(socket);
  try {
    await session.query(
      `SET SESSION cte_max_recursion_depth = 1000000, block_encryption_mode = 'aes-128-cbc', time_zone = '+00:00',
        foreign_key_checks = 0, unique_checks = 0`,
    );
    await work(session);
  } finally {
    await session.end();
  }
}
