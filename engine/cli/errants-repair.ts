import { Command, InvalidArgumentError, Option } from "commander";
import {
  CONFIRMATION_CHARACTERS,
  chooseRepair,
  compareGtidSets,
  describeInjection,
  type ErrantReport,
  injectEmpty,
  planReset,
  type RepairMethod,
  reportErrants,
  resetHistory,
} from "../errant/index.js";
import { GtidSet } from "../gtid/index.js";
import { showStatement } from "../mysql/index.js";
import { messageOf } from "../operation/index.js";
import {
  addBothServers,
  type ErrantServers,
  type OptionValues,
  PASSWORD_HELP,
  SITUATION,
  withErrantServers,
} from "./errants-options.js";
import { EXIT_CODE } from "./preflight-command.js";

type Method = Extract<RepairMethod, "inject-empty" | "reset">;

interface RepairOptions extends OptionValues {
  readonly method: Method;
  readonly gtids?: GtidSet;
  readonly confirm: string;
  readonly plan?: true;
  readonly json?: true;
}

/** What the command did or, with --plan, would do. GTID sets carry no white space; `""` is none. */
interface RepairReport {
  readonly method: Method;
  readonly repaired: string;
  /** Of the wanted GTIDs: repaired before, or never errant. */
  readonly notErrant: string;
  /** Statements as they ran, or would run, with the server that they are for. */
  readonly statements: readonly string[];
  /** What is errant afterwards; with --plan, before. */
  readonly errant: string;
}

const HELP = `${PASSWORD_HELP}

Methods:
  inject-empty  commits an empty transaction under each GTID on the primary, from where it replicates; writes there
  reset         takes the GTIDs out of the replica's history; deletes the replica's binary logs
Both leave the data as they are. Each may be run again after an interruption and goes on.

Exit code:
  0  repaired, or planned; nothing that was to be repaired is errant any more
  1  refused: the repair is not offered for these transactions, or is not confirmed
  2  wrong usage, or a server or mysqlbinlog could not be used, or the repair failed

Examples:
  ferry errants repair --method inject-empty --plan
  ferry errants repair --method reset --gtids 84d15910-b6a4-11e4-af2c-080027880ca6:1 --confirm 84d15910`;

export function repairCommand(): Command {
  const command = new Command("repair")
    .description("repair errant transactions of the replica; prints each statement before it runs")
    .addOption(
      new Option("--method <method>", "how")
        .choices(["inject-empty", "reset"] satisfies Method[])
        .makeOptionMandatory(),
    )
    .option("--gtids <set>", "which of the errant transactions (default: all)", parseGtids)
    .option("--confirm <text>", "the first 8 characters or more of each UUID, where a repair needs it", "")
    .option("--plan", "print the statements and run none")
    .option("--json", "print a JSON object at the end instead of lines")
    .addHelpText("after", HELP)
    .action(async (options: RepairOptions) => {
      process.exitCode = await withErrantServers(options, (servers) => repair(servers, options));
    });
  return addBothServers(command);
}

async function repair(servers: ErrantServers, options: RepairOptions): Promise<number> {
  const { method } = options;
  const isPlan = options.plan === true;
  const statements: string[] = [];
  const progress = (line: string) => {
    statements.push(line);
    if (options.json !== true) console.log(line);
  };
  // Until a reset that was begun is completed, the history says nothing.
  if (method === "reset" && !isPlan) await resetHistory(servers.replica, { errant: GtidSet.empty }, progress);
  const report = await reportErrants(servers.primary, servers.replica, servers.replicaConnection, {
    transactionLimit: 0,
  });
  const choice = { method, gtids: options.gtids, confirmation: options.confirm };
  const chosen = chooseRepair(report.classes, choice, SITUATION);
  const refusals = [...chosen.refusals, ...obstacles(report, method, isPlan ? [] : chosen.unconfirmed)];
  if (refusals.length > 0) {
    for (const refusal of refusals) console.error(refusal);
    return EXIT_CODE.blockers;
  }
  const { gtids } = chosen;
  if (isPlan) for (const line of await plan(servers, method, gtids)) progress(line);
  else await apply(servers, method, gtids, progress);
  const { errant } = isPlan ? report : await compareGtidSets(servers.primary, servers.replica);
  const done: RepairReport = {
    method,
    repaired: isPlan ? "" : oneLine(gtids),
    notErrant: oneLine(chosen.notErrant),
    statements,
    errant,
  };
  console.log(options.json === true ? JSON.stringify(done, undefined, 2) : summary(done, isPlan));
  const isLeft = !GtidSet.parse(errant).intersect(gtids).isEmpty();
  return !isPlan && isLeft ? EXIT_CODE.usageOrUnreachable : EXIT_CODE.fine;
}

function obstacles(report: ErrantReport, method: Method, unconfirmed: readonly string[]): string[] {
  return [
    ...(method !== "reset" && report.unfinishedReset !== ""
      ? ["a reset was begun and has not ended: complete it first with --method reset"]
      : []),
    ...(unconfirmed.length > 0
      ? [
          `${method} has to be confirmed here: --confirm with the first ${CONFIRMATION_CHARACTERS} characters or more of ${unconfirmed.join(", ")}`,
        ]
      : []),
  ];
}

async function plan({ primary, replica }: ErrantServers, method: Method, gtids: GtidSet): Promise<string[]> {
  if (gtids.isEmpty()) return [];
  switch (method) {
    case "inject-empty":
      return describeInjection(gtids).map((line) => `${primary.label}: ${line}`);
    case "reset":
      return (await planReset(replica, { errant: gtids })).map((step) => `${replica.label}: ${showStatement(step)}`);
  }
}

async function apply(
  { replica, primaryMember }: ErrantServers,
  method: Method,
  gtids: GtidSet,
  progress: (line: string) => void,
): Promise<void> {
  switch (method) {
    case "inject-empty":
      await injectEmpty({ members: [primaryMember], gtids, allowWrites: true }, progress);
      return;
    case "reset":
      await resetHistory(replica, { errant: gtids }, progress);
      return;
  }
}

function summary({ repaired, notErrant, errant }: RepairReport, isPlan: boolean): string {
  const ignored = notErrant === "" ? "" : `not errant, left alone: ${notErrant}\n`;
  return ignored + outcome(repaired, errant, isPlan);
}

function outcome(repaired: string, errant: string, isPlan: boolean): string {
  if (isPlan) return errant === "" ? "nothing is errant" : "nothing was changed";
  const left = errant === "" ? "nothing is errant any more" : `still errant: ${errant}`;
  return repaired === "" ? left : `repaired ${GtidSet.parse(repaired).count()}; ${left}`;
}

function oneLine(set: GtidSet): string {
  return set.toString().replaceAll("\n", "");
}

function parseGtids(text: string): GtidSet {
  try {
    return GtidSet.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
