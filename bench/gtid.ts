import { randomInt } from "node:crypto";
import { GtidSet } from "@gtid-ferry/engine/gtid";
import { Command } from "commander";
import { createConnection } from "mysql2/promise";
import { startTestMysql } from "../lab/testing.js";
import { writeReport } from "./report.js";
import { summarize, timeMilliseconds } from "./statistics.js";

const UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const INTERVALS = 10_000;
const RUNS = 30;

/** A set of 10,000 intervals with gaps, of which every second one meets another such set. */
function manyIntervals(): string {
  let number = 1;
  const parts = Array.from({ length: INTERVALS }, () => {
    const start = number + randomInt(2, 9);
    number = start + randomInt(0, 9);
    return `${start}-${number}`;
  });
  return `${UUID}:${parts.join(":")}`;
}

/** Our algebra and the server's own on the same sets; the server's time holds a round trip over loopback. */
async function main({ report }: { readonly report?: string }): Promise<void> {
  const [a, b] = [manyIntervals(), manyIntervals()];
  const [left, right] = [GtidSet.parse(a), GtidSet.parse(b)];
  const server = await startTestMysql({ name: "bench-gtid" });
  const { host, port, user, password } = server.options;
  const connection = await createConnection({ host, port, user, password, ssl: { rejectUnauthorized: false } });
  try {
    const measured = {
      intervals: INTERVALS,
      parseMilliseconds: summarize(await timeMilliseconds(RUNS, () => GtidSet.parse(a))),
      subtractMilliseconds: summarize(await timeMilliseconds(RUNS, () => left.subtract(right))),
      unionMilliseconds: summarize(await timeMilliseconds(RUNS, () => left.union(right))),
      toStringMilliseconds: summarize(await timeMilliseconds(RUNS, () => left.toString())),
      wholeMilliseconds: summarize(
        await timeMilliseconds(RUNS, () => GtidSet.parse(a).subtract(GtidSet.parse(b)).toString()),
      ),
      serverMilliseconds: summarize(
        await timeMilliseconds(RUNS, () => connection.query("SELECT GTID_SUBTRACT(?, ?)", [a, b])),
      ),
    };
    const ratioToServer = measured.wholeMilliseconds.median / measured.serverMilliseconds.median;
    await writeReport({ ...measured, ratioToServer }, report);
  } finally {
    await connection.end();
    await server.stop();
  }
}

new Command("npm run bench:gtid --")
  .description("Times the algebra of large GTID sets, beside the server's own.")
  .option("--report <file>", "write the figures to this file, as JSON")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
