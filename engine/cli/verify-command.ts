import { Command } from "commander";
import type { Progress } from "../operation/index.js";
import {
  DEFAULT_LIMITS,
  describeReport,
  planVerification,
  repairData,
  showRepair,
  type VerificationReport,
  type VerificationRequest,
  verifyData,
} from "../verify/index.js";
import { parsePositive } from "./parse-number.js";
import { EXIT_CODE } from "./preflight-command.js";
import { addServersOptions, PASSWORD_HELP } from "./server-options.js";
import { type ConnectionPair, directedPair } from "./server-pair.js";

interface VerifyOptions extends Readonly<Record<string, unknown>> {
  readonly tables?: readonly string[];
  readonly ignore?: readonly string[];
  readonly chunk: number;
  readonly concurrency: number;
  readonly maximumLag: number;
  readonly maximumRunningThreads: number;
  readonly lagTimeout: number;
  readonly listedRows: number;
  readonly checkpoint?: string;
  readonly repair?: true;
  readonly plan?: true;
  readonly json?: true;
}

const REPAIR_ROUNDS = 3;

const HELP = `
Both servers may be in use: the target has to replicate from the source. Nothing is written to either; a row that changes
at every look is held on the source for reading, one at a time and a second at most.

A repair takes the differing rows out on the source and puts them back, in one transaction for a hundred of them: the source
stays as it is, and the target gets the rows by replication. It needs INSERT, UPDATE and DELETE on those tables and CREATE
TEMPORARY TABLES on gtid_ferry.*; tables with triggers on INSERT or DELETE, and what is no row, are left alone.
${PASSWORD_HELP}
After a switchover the target is the primary: with --connections it is compared from the primary, whichever that is.

Exit code:
  0  everything is the same
  1  something differs
  2  wrong usage, or a server could not be reached

Examples:
  ferry verify --source admin@10.20.1.5 --target admin@10.10.3.4
  ferry verify --source admin@10.20.1.5 --target admin@10.10.3.4 --tables shop.orders shop.customers --json
  pulumi stack output connections --show-secrets --json | npm run -s ferry -- verify --connections -`;

export function verifyCommand(): Command {
  const limits = DEFAULT_LIMITS;
  const command = new Command("verify")
    .description(
      "compare every row, definition, account and grant of two live servers; changes nothing without --repair",
    )
    .option("--tables <names...>", "only these schemas (shop) and tables (shop.orders)")
    .option("--ignore <names...>", "objects that may differ, as the report names them")
    .option("--chunk <seconds>", "how long reading one chunk of rows should take", parsePositive, limits.chunkSeconds)
    .option(
      "--concurrency <number>",
      "chunks at the same time; 1 reads the servers in turn",
      parsePositive,
      limits.concurrency,
    )
    .option(
      "--maximum-lag <seconds>",
      "rest while the target is further behind",
      parsePositive,
      limits.maximumLagSeconds,
    )
    .option(
      "--maximum-running-threads <number>",
      "rest while more threads run on the source",
      parsePositive,
      limits.maximumRunningThreads,
    )
    .option(
      "--lag-timeout <seconds>",
      "how long to rest, or to wait for the target",
      parsePositive,
      limits.lagTimeoutSeconds,
    )
    .option(
      "--listed-rows <number>",
      "how many different rows are listed of each table",
      parsePositive,
      limits.listedRows,
    )
    .option("--checkpoint <file>", "remember there how far it came; the next run with this file goes on")
    .option("--repair", "give the target the source's rows where they differ, through replication")
    .option(
      "--plan",
      "say what would be compared, and compare nothing; with --repair: compare, and say what would be done",
    )
    .option("--json", "print the report as JSON; progress goes to standard error")
    .addHelpText("after", HELP)
    .action(verify);
  return addServersOptions(command);
}

async function verify(options: VerifyOptions, command: Command): Promise<void> {
  const progress = (line: string) => console.error(line);
  const request = requestFrom(options, await directedPair(command, progress));
  if (options.plan === true && options.repair !== true) {
    for (const line of await planVerification(request)) console.log(line);
    return;
  }
  const found = await verifyData(request, progress);
  if (options.plan === true) for (const line of await showRepair(request, found)) progress(line);
  const report = options.repair === true && options.plan !== true ? await repair(request, found, progress) : found;
  console.log(options.json === true ? JSON.stringify(report, undefined, 2) : describeReport(report).join("\n"));
  process.exitCode = report.equal ? EXIT_CODE.fine : EXIT_CODE.blockers;
}

/** What is left after the repair; a row that was written meanwhile may need another one. */
async function repair(
  request: VerificationRequest,
  found: VerificationReport,
  progress: Progress,
): Promise<VerificationReport> {
  let report = found;
  for (let round = 0; round < REPAIR_ROUNDS && report.tables.some(({ differences }) => differences > 0); round += 1) {
    const { repairedRows } = await repairData(request, report, progress);
    progress(`${repairedRows} rows written through replication; comparing again`);
    if (repairedRows === 0) break;
    report = await verifyData(request, progress);
  }
  return report;
}

function requestFrom(options: VerifyOptions, pair: ConnectionPair): VerificationRequest {
  return {
    ...pair,
    ...(options.tables === undefined ? {} : { tables: options.tables }),
    ...(options.ignore === undefined ? {} : { ignoredObjects: options.ignore }),
    ...(options.checkpoint === undefined ? {} : { checkpointFile: options.checkpoint }),
    limits: {
      chunkSeconds: options.chunk,
      concurrency: Math.ceil(options.concurrency),
      maximumLagSeconds: options.maximumLag,
      maximumRunningThreads: options.maximumRunningThreads,
      lagTimeoutSeconds: options.lagTimeout,
      listedRows: options.listedRows,
    },
  };
}
