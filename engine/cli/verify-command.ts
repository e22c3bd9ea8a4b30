import { Command, InvalidArgumentError } from "commander";
import { type NameParts, parseName } from "../mysql/index.js";
import { messageOf, type Progress, silent } from "../operation/index.js";
import {
  DEFAULT_LIMITS,
  describeReport,
  parseObject,
  planVerification,
  repairData,
  showObject,
  showRepair,
  type VerificationReport,
  type VerificationRequest,
  verifyData,
} from "../verify/index.js";
import { isConfirmed } from "./confirm.js";
import { EXIT_CODE } from "./exit-code.js";
import { parsePositive } from "./parse-number.js";
import { addServersOptions, PASSWORD_HELP } from "./server-options.js";
import { type DirectedPair, directedPair } from "./server-pair.js";

interface VerifyOptions extends Readonly<Record<string, unknown>> {
  readonly tables?: readonly NameParts[];
  readonly ignore?: readonly string[];
  readonly chunk: number;
  readonly concurrency: number;
  readonly maximumLag: number;
  readonly maximumRunningThreads: number;
  readonly lagTimeout: number;
  readonly listedRows: number;
  readonly checkpoint?: string;
  readonly simultaneous?: boolean;
  readonly repair?: true;
  readonly yes?: true;
  readonly plan?: true;
  readonly json?: true;
}

const REPAIR_ROUNDS = 3;

/** Findings that are printed; a terminal keeps a few thousand lines. */
const PRINTED_FINDINGS = 1_000;

const HELP = `
Both servers may be in use: the target has to replicate from the source. Nothing is written to either; a row that changes
at every look is held on the primary for reading, one at a time and a second at most.

A repair takes the differing rows out on the primary and puts them back, in one transaction for a hundred of them: the
primary stays as it is, and the replica gets the rows by replication. It needs INSERT, UPDATE and DELETE on those tables and
CREATE TEMPORARY TABLES on gtid_ferry.*. It prints its plan and asks first; what cannot be repaired is listed with the way
out: tables without a key, tables with triggers on INSERT or DELETE, and what is no row.
${PASSWORD_HELP}
After a switchover the target is the primary: with --connections it is compared from the primary, whichever that is.

Exit code:
  0  everything is the same
  1  something differs, or could not be decided
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
    .option(
      "--tables <names...>",
      "only rows of these schemas (shop) and tables (shop.orders, `shop.x`.orders)",
      parseNames,
    )
    .option("--ignore <names...>", "objects that may differ, as the report names them", parseObjects)
    .option("--chunk <seconds>", "how long reading one chunk of rows should take", parsePositive, limits.chunkSeconds)
    .option("--concurrency <number>", "chunks at the same time", parsePositive, limits.concurrency)
    .option(
      "--maximum-lag <seconds>",
      "pause while the replica is further behind",
      parsePositive,
      limits.maximumLagSeconds,
    )
    .option(
      "--maximum-running-threads <number>",
      "pause while more threads run on the primary",
      parsePositive,
      limits.maximumRunningThreads,
    )
    .option(
      "--lag-timeout <seconds>",
      "how long to pause, or to wait for the replica",
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
    .option("--simultaneous", "read both servers at the same time (default: where they are different machines)")
    .option("--no-simultaneous", "read one server after the other")
    .option("--repair", "sync differing rows from the primary to the replica, through replication")
    .option("--yes", "repair without asking")
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
  const { report, refused } =
    options.repair === true ? await repair(request, found, options, progress) : { report: found, refused: [] };
  if (options.json === true)
    console.log(JSON.stringify({ ...report, ...(options.repair && { refused }) }, undefined, 2));
  else
    console.log(
      [...describeReport(report, PRINTED_FINDINGS), ...refused.map((line) => `not repaired: ${line}`)].join("\n"),
    );
  process.exitCode = report.equal ? EXIT_CODE.fine : EXIT_CODE.blockers;
}

/** What is left after the repair; a row that was written meanwhile may need another one. */
async function repair(
  request: VerificationRequest,
  found: VerificationReport,
  options: VerifyOptions,
  progress: Progress,
): Promise<{ readonly report: VerificationReport; readonly refused: readonly string[] }> {
  const hasRows = ({ tables }: VerificationReport) => tables.some(({ differences }) => differences > 0);
  if (found.equal) return { report: found, refused: [] };
  for (const line of await showRepair(request, found)) progress(line);
  if (options.plan === true || !hasRows(found)) return { report: found, refused: [] };
  if (!(await isConfirmed("Write these rows through replication?", options))) {
    progress("no changes made");
    return { report: found, refused: [] };
  }
  let report = found;
  let refused: readonly string[] = [];
  for (let round = 0; round < REPAIR_ROUNDS && hasRows(report); round += 1) {
    const result = await repairData(request, report, round === 0 ? silent : progress);
    refused = result.refused;
    progress(`${result.repairedRows} rows written through replication; comparing again`);
    if (result.repairedRows === 0) break;
    report = await verifyData(request, progress);
  }
  return { report, refused: report.equal ? [] : refused };
}

function requestFrom(options: VerifyOptions, { primary, replica }: DirectedPair): VerificationRequest {
  return {
    primary,
    replica,
    ...(options.tables === undefined ? {} : { tables: options.tables }),
    ...(options.ignore === undefined ? {} : { ignoredObjects: options.ignore }),
    ...(options.checkpoint === undefined ? {} : { checkpointFile: options.checkpoint }),
    limits: {
      chunkSeconds: options.chunk,
      concurrency: Math.ceil(options.concurrency),
      simultaneous: options.simultaneous,
      maximumLagSeconds: options.maximumLag,
      maximumRunningThreads: options.maximumRunningThreads,
      lagTimeoutSeconds: options.lagTimeout,
      listedRows: options.listedRows,
    },
  };
}

function parseNames(text: string, earlier: readonly NameParts[] = []): NameParts[] {
  return [...earlier, valid(() => parseName(text))];
}

/** Each as the report writes it. */
function parseObjects(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, valid(() => showObject(parseObject(text)))];
}

function valid<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
